import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** A TCP connection to the server at `url`. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  // Allows half-open, so that the client decides when to close.
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  // Tests observe how the server closes the connection.
  socket.on('error', () => {});
  return socket;
}

/** Reads until the server closes the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  let received = '';
  socket.setEncoding('latin1');
  try {
    for await (const chunk of socket) received += chunk;
  } catch {
    // The connection was reset after the answer.
  }
  socket.destroy();
  return received;
}

/** Sends a text and reads until the end. */
export async function exchange(url: string, said: string | Uint8Array): Promise<string> {
  const socket = await openSocket(url);
  socket.write(said);
  return readToEnd(socket);
}

/** One answer of a connection. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Parses all answers of a connection. */
export function parseAnswers(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = received;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.slice(0, end);
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
    if (status === undefined || end < 0) throw new Error(`This is no answer: ${JSON.stringify(rest)}`);
    const [body, behind] = splitBody(head, rest.slice(end + 4));
    answers.push({ status: Number(status), head, body: Buffer.from(body, 'latin1').toString() });
    rest = behind;
  }
  return answers;
}

/** Splits the body that a head announces from the rest. */
function splitBody(head: string, rest: string): [string, string] {
  if (/^transfer-encoding: chunked/im.test(head)) return splitChunks(rest);
  const [, length = '0'] = /^content-length: (\d+)/im.exec(head) ?? [];
  return [rest.slice(0, Number(length)), rest.slice(Number(length))];
}

function splitChunks(rest: string): [string, string] {
  const [line = '', digits = ''] = /^([\da-f]+)\r\n/i.exec(rest) ?? [];
  const size = Number.parseInt(digits, 16);
  const from = line.length;
  const behind = rest.slice(from + size + 2);
  if (size === 0) return ['', behind];
  const [body, after] = splitChunks(behind);
  return [rest.slice(from, from + size) + body, after];
}
