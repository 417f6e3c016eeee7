import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 400;
const MILLISECONDS_BETWEEN = 50;
/** Octets of a body that a milter takes at once. */
const CHUNK = 65_535;

/** An MTA's side of one message in the milter protocol, version 6, as far as a signer needs it. */
export async function askMilter(port: number, message: Buffer): Promise<Buffer> {
  const socket = await open(port);
  try {
    const replies = readReplies(socket);
    const send = (command: string, data: Buffer) => {
      const header = Buffer.alloc(5);
      header.writeUInt32BE(data.length + 1);
      header.write(command, 4, 'latin1');
      socket.write(Buffer.concat([header, data]));
    };
    const [head = '', body = ''] = message.toString('latin1').split(/\r\n(?:\r\n(.*)|$)/s);
    const steps: [command: string, data: string][] = [
      // Version 6, every action, and no step left out.
      ['O', '\x00\x00\x00\x06\x00\x00\x01\xff\x00\x00\x00\x00'],
      // Over IPv4, from a port that doesn't matter.
      ['C', 'sender.example\x004\x00\x00127.0.0.1\x00'],
      ['H', 'sender.example\x00'],
      ['M', '<help@example.org>\x00'],
      ['R', '<b@example.net>\x00'],
      ...head.split(/\r\n(?![ \t])/).map((field): [string, string] => ['L', toHeader(field)]),
      ['N', ''],
      ...chunksOf(body).map((chunk): [string, string] => ['B', chunk]),
    ];
    for (const [command, data] of steps) {
      send(command, Buffer.from(data, 'latin1'));
      // It is content with the message as it is, and wants to hear no more of it.
      if ((await nextReply(replies)).command === 'a') return message;
    }
    send('E', Buffer.of());
    return await endOfMessage(replies, message);
  } finally {
    socket.destroy();
  }
}

function chunksOf(body: string): string[] {
  return Array.from({ length: Math.ceil(body.length / CHUNK) }, (_, at) =>
    body.slice(at * CHUNK, (at + 1) * CHUNK),
  );
}

function toHeader(field: string): string {
  const [name = '', value = ''] = field.split(/:[ \t]?(.*)/s);
  return `${name}\x00${value.replaceAll('\r\n', '\n')}\x00`;
}

/** Waits until the milter listens. */
async function open(port: number): Promise<Socket> {
  for (let tries = 1; ; tries++) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(MILLISECONDS_BETWEEN);
    }
  }
}

interface Reply {
  readonly command: string;
  readonly data: Buffer;
}

async function* readReplies(socket: Socket): AsyncGenerator<Reply, undefined> {
  let buffer = Buffer.of();
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32BE()) {
      const end = 4 + buffer.readUInt32BE();
      yield { command: buffer.toString('latin1', 4, 5), data: buffer.subarray(5, end) };
      buffer = buffer.subarray(end);
    }
  }
}

async function nextReply(replies: AsyncGenerator<Reply, undefined>): Promise<Reply> {
  const { value } = await replies.next();
  if (value === undefined) throw new Error('The milter has hung up.');
  return value;
}

/** The message with the header fields that the milter adds before it is content with it. */
async function endOfMessage(replies: AsyncGenerator<Reply, undefined>, message: Buffer): Promise<Buffer> {
  let added = '';
  for (;;) {
    const { command, data } = await nextReply(replies);
    if (command === 'a' || command === 'c') return Buffer.concat([Buffer.from(added, 'latin1'), message]);
    if (command !== 'h' && command !== 'i') continue;
    const [name = '', value = ''] = data
      .subarray(command === 'i' ? 4 : 0)
      .toString('latin1')
      .split('\0');
    added += `${name}: ${value.replaceAll(/\r?\n/g, '\r\n')}\r\n`;
  }
}
