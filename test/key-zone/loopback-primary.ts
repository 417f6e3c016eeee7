import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { frame } from '../../server/dns/transport/tcp.ts';
import {
  encodeName,
  encodeRecord,
  encodeText,
  readMessage,
  readName,
  TYPE,
} from '../../server/key-zone/wire.ts';
import { readFrames } from '../dns/frames.ts';

const ZONE = 'keys.example';
const SECRET = Buffer.alloc(32, 7);
const ALGORITHM = 'hmac-sha256';
const KEY = 'letterhead';
const RESPONSE = 0x8000;

/** What a primary does to an answer before it sends it. */
export type Tampering = (answer: Buffer, request: Buffer) => Buffer | null;

/**
 * The primary of a key zone in this process, for tests of what no real one does: it takes every update and forgets it,
 * gives its zone in as many messages as it is told, and tampers with its answers.
 */
export class LoopbackPrimary implements AsyncDisposable {
  /** Names that the zone has, with their texts. */
  readonly names = new Map<string, string>();
  /** How many of them one message of a transfer holds, and which of the messages are signed. */
  namesAMessage = 100;
  isSigned: (message: number, isLast: boolean) => boolean = () => true;
  /** Null: answers nothing. */
  tamper: Tampering = (answer) => answer;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<LoopbackPrimary> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new LoopbackPrimary(server, address.port);
  }

  get settings(): Record<string, string> {
    return {
      DKIM_ZONE: ZONE,
      DKIM_ZONE_SERVER: `127.0.0.1:${this.port}`,
      DKIM_ZONE_TSIG: `${KEY}:${ALGORITHM}:${SECRET.toString('base64')}`,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    readFrames(socket, (request) => {
      for (const answer of this.#answers(request)) {
        const sent = this.tamper(answer, request);
        if (sent !== null) socket.write(frame(sent));
      }
    });
  }

  *#answers(request: Buffer): Generator<Buffer> {
    const { opcode } = readMessage(request);
    const signer = new Signer(request);
    if (opcode === 5) {
      yield signer.sign(header(request, 0));
      return;
    }
    const soa = record(
      ZONE,
      TYPE.SOA,
      Buffer.concat([encodeName('ns1'), encodeName('me'), Buffer.alloc(20, 1)]),
    );
    const names = [...this.names].map(([name, text]) => record(name, TYPE.TXT, encodeText(text)));
    const records = [soa, ...names, soa];
    for (let at = 0, message = 0; at < records.length; at += this.namesAMessage, message++) {
      const some = records.slice(at, at + this.namesAMessage);
      const answer = Buffer.concat([header(request, some.length), ...some]);
      const isLast = at + this.namesAMessage >= records.length;
      yield this.isSigned(message, isLast) ? signer.sign(answer) : signer.leave(answer);
    }
  }
}

function header(request: Buffer, answers: number): Buffer {
  const flags = RESPONSE | (request.readUInt16BE(2) & 0x7800);
  return Buffer.concat([request.subarray(0, 2), ...[flags, 0, answers, 0, 0].map((one) => number(one, 2))]);
}

function record(name: string, type: number, data: Buffer): Buffer {
  return encodeRecord({ name, type, class: 1, ttl: 300, data });
}

function number(value: number, octets: number): Buffer {
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntBE(value, 0, octets);
  return bytes;
}

/** Signs the answers to one request (RFC 8945 §5.3), at the time by the clock of whoever asks. */
class Signer {
  #prior: Buffer;
  #unsigned: Buffer[] = [];
  #isFirst = true;
  readonly #time: Buffer;

  constructor(request: Buffer) {
    const tsig = readMessage(request).records.at(-1);
    if (tsig === undefined) throw new Error('The request is not signed.');
    const { end } = readName(tsig.data, 0);
    this.#time = tsig.data.subarray(end, end + 6);
    this.#prior = tsig.data.subarray(end + 10, end + 10 + tsig.data.readUInt16BE(end + 8));
  }

  leave(message: Buffer): Buffer {
    this.#unsigned.push(message);
    return message;
  }

  sign(message: Buffer): Buffer {
    const times = Buffer.concat([this.#time, number(300, 2)]);
    const names = [encodeName(KEY), number(255, 2), number(0, 4), encodeName(ALGORITHM)];
    const covered = this.#isFirst ? [...names, times, Buffer.alloc(4)] : [times];
    const hmac = createHmac('sha256', SECRET).update(number(this.#prior.length, 2)).update(this.#prior);
    for (const part of [...this.#unsigned, message, ...covered]) hmac.update(part);
    const mac = hmac.digest();
    this.#prior = mac;
    this.#unsigned = [];
    this.#isFirst = false;
    const id = message.subarray(0, 2);
    const data = Buffer.concat([
      encodeName(ALGORITHM),
      times,
      number(mac.length, 2),
      mac,
      id,
      Buffer.alloc(4),
    ]);
    const tsig = encodeRecord({ name: KEY, type: TYPE.TSIG, class: 255, ttl: 0, data });
    const signed = Buffer.concat([message, tsig]);
    signed.writeUInt16BE(signed.readUInt16BE(10) + 1, 10);
    return signed;
  }
}
