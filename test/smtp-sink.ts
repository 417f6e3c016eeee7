import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { addressOf } from '../bench/free-port.ts';

/** A message as it was sent over SMTP. */
export interface SentMessage {
  /** The envelope sender. */
  readonly from: string;
  readonly message: Buffer;
}

const END_OF_DATA = '\r\n.\r\n';

/** An SMTP server that takes every message. It offers no extension: a command at a time. */
export class SmtpSink implements Disposable {
  readonly port: number;
  readonly #server: Server;
  readonly #received: SentMessage[];

  private constructor(server: Server, received: SentMessage[]) {
    this.port = addressOf(server).port;
    this.#server = server;
    this.#received = received;
  }

  static async start(): Promise<SmtpSink> {
    const received: SentMessage[] = [];
    const server = createServer((socket) => receive(socket, (sent) => received.push(sent)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SmtpSink(server, received);
  }

  /** How many messages were not taken yet. */
  get waiting(): number {
    return this.#received.length;
  }

  /** The oldest message that was not taken yet: it is here before its sender is told so. */
  take(): SentMessage | undefined {
    return this.#received.shift();
  }

  [Symbol.dispose](): void {
    this.#server.close();
  }
}

/** The server's side of one session. */
function receive(socket: Socket, onMessage: (sent: SentMessage) => void): void {
  let from = '';
  let data: string[] | null = null;
  let tail = '';
  socket.setEncoding('latin1').write('220 sink.example\r\n');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    if (data === null) {
      from = /^MAIL FROM:<(.*?)>/i.exec(text)?.[1] ?? from;
      data = /^DATA\r/i.test(text) ? [] : null;
      // A message may be empty.
      tail = '\r\n';
      socket.write(data === null ? '250 OK\r\n' : '354 Go on\r\n');
      return;
    }
    data.push(text);
    tail = `${tail}${text}`.slice(-END_OF_DATA.length);
    if (tail !== END_OF_DATA) return;
    onMessage({ from, message: withoutStuffing(data.join('').slice(0, -'.\r\n'.length)) });
    data = null;
    socket.write('250 OK\r\n');
  });
}

/** RFC 5321 §4.5.2. */
function withoutStuffing(data: string): Buffer {
  return Buffer.from(data.replaceAll(/(^|\r\n)\./g, '$1'), 'latin1');
}
