import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** A connection to the server at `url` on which anything can be said. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  // Left half open, so that the client alone decides when it stops.
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  // What the server does to the connection is what is looked at.
  socket.on('error', () => {});
  return socket;
}

/** What the server says until it ends the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  let received = '';
  socket.setEncoding('latin1');
  try {
    for await (const chunk of socket) received += chunk;
  } catch {
    // Reset after it has said what it had to say.
  }
  socket.destroy();
  return received;
}

/** Says something and reads to the end. */
export async function exchange(url: string, said: string | Uint8Array): Promise<string> {
  const socket = await openSocket(url);
  socket.write(said);
  return readToEnd(socket);
}

/** One answer out of what was read from a connection. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** The answers in what was read, one after the other. */
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

/** The body that this head announces, and what follows it. */
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
