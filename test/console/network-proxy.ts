import { once } from 'node:events';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { addressOf } from '../../bench/free-port.ts';

/** TCP proxy to a server, whose connections can be cut and restored; its own address stays the same. */
export class NetworkProxy implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  /** Starts a proxy to `url`. */
  static async start(url: string): Promise<NetworkProxy> {
    const proxy = new NetworkProxy(createServer(), 0);
    await proxy.connect(url);
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Closes all connections, and refuses new ones. */
  async disconnect(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Forwards new connections to `url`. */
  async connect(url: string): Promise<void> {
    const target = new URL(url);
    this.#server = createServer((near) => {
      const far = connectTcp(Number(target.port), target.hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = addressOf(this.#server).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.disconnect();
  }
}
