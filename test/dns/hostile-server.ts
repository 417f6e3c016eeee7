import type dgram from 'node:dgram';
import { once } from 'node:events';
import type net from 'node:net';
import { decode } from 'dns-packet';
import { frame } from '../../server/dns/transport/tcp.ts';
import { bindBoth } from './bind.ts';
import { readFrames } from './frames.ts';

/** A question as it arrived. */
export interface HostileQuery {
  readonly bytes: Buffer;
  readonly id: number;
  /** In lower case, without the trailing dot. */
  readonly name: string;
  readonly type: string;
  /** The server's own address that was asked. */
  readonly address: string;
}

/** What is sent back: messages in order, as they are; null: nothing. Over TCP each gets its length in front. */
export type HostileHandler = (query: HostileQuery, transport: 'udp' | 'tcp') => readonly Buffer[] | null;

export interface HostileServerOptions {
  /** Loopback addresses, of which Linux lets anybody bind all of 127.0.0.0/8; 127.0.1.1 where not given. */
  readonly addresses?: readonly string[];
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly handler: HostileHandler;
}

/** Name servers that send whatever bytes they are told to, over UDP and TCP, and count what they receive. */
export class HostileServer implements AsyncDisposable {
  readonly addresses: readonly string[];
  readonly port: number;
  /** Replaceable while the server runs. */
  handler: HostileHandler;
  /** Every datagram, and every question over TCP, in order. */
  readonly received: { query: HostileQuery; transport: 'udp' | 'tcp' }[] = [];
  readonly #sockets: readonly [dgram.Socket, net.Server][];
  readonly #connections = new Set<net.Socket>();

  private constructor(
    addresses: readonly string[],
    sockets: readonly [dgram.Socket, net.Server][],
    handler: HostileHandler,
  ) {
    this.addresses = addresses;
    this.port = sockets[0]?.[0].address().port ?? 0;
    this.handler = handler;
    this.#sockets = sockets;
    for (const [udp, tcp] of sockets) {
      udp.on('message', (bytes, peer) => this.#onDatagram(udp, bytes, peer));
      udp.on('error', () => {});
      tcp.on('connection', (connection) => this.#onConnection(connection));
    }
  }

  static async start({
    addresses = ['127.0.1.1'],
    port = 0,
    handler,
  }: HostileServerOptions): Promise<HostileServer> {
    const sockets: [dgram.Socket, net.Server][] = [];
    try {
      for (const address of addresses) {
        const both = await bindBoth(address, sockets[0]?.[0].address().port ?? port);
        sockets.push(both);
      }
    } catch (error) {
      await Promise.all(sockets.map(closeBoth));
      throw error;
    }
    return new HostileServer(addresses, sockets, handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(this.#sockets.map(closeBoth));
  }

  #onDatagram(udp: dgram.Socket, bytes: Buffer, peer: dgram.RemoteInfo): void {
    for (const message of this.#answer(bytes, udp.address().address, 'udp'))
      udp.send(message, peer.port, peer.address);
  }

  #onConnection(connection: net.Socket): void {
    this.#connections.add(connection);
    connection.on('close', () => this.#connections.delete(connection));
    readFrames(connection, (query) => {
      const answers = this.#answer(query, connection.localAddress ?? '', 'tcp');
      for (const message of answers) connection.write(frame(message));
    });
  }

  #answer(bytes: Buffer, address: string, transport: 'udp' | 'tcp'): readonly Buffer[] {
    const query = readQuery(bytes, address);
    this.received.push({ query, transport });
    return this.handler(query, transport) ?? [];
  }
}

function readQuery(bytes: Buffer, address: string): HostileQuery {
  const { id = 0, questions = [] } = decode(bytes);
  const { name = '', type = '' } = questions[0] ?? {};
  return { bytes: Buffer.from(bytes), id, name: name.toLowerCase(), type, address };
}

async function closeBoth([udp, tcp]: [dgram.Socket, net.Server]): Promise<void> {
  const closed = [once(udp, 'close'), once(tcp, 'close')];
  udp.close();
  tcp.close();
  await Promise.all(closed);
}
