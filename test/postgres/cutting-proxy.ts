import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { addressOf } from '../../bench/free-port.ts';

/**
 * Where a connection breaks: before PostgreSQL gets the statement, or when it has done it and answers. `silently`: before
 * it gets the statement, and without noticing that nothing comes any more.
 */
type Cut = 'before' | 'after' | 'silently';

/** A TCP proxy in front of PostgreSQL, whose connections break at a chosen statement. */
export class CuttingProxy implements AsyncDisposable {
  /** The statement that breaks the next connection that it comes over, by its name; null: none does. */
  next: { readonly statement: string; readonly cut: Cut } | null = null;
  /** Whether nobody gets through any more after that. */
  closesAfterwards = false;
  /** How often somebody has connected. */
  connections = 0;
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    server.on('connection', (near) => this.#forward(near));
  }

  static async start(target: number): Promise<CuttingProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, target);
  }

  get port(): number {
    return addressOf(this.#server).port;
  }

  /** Breaks all connections that there are. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cutAll();
    await closed;
  }

  #forward(near: Socket): void {
    this.connections++;
    const far = connect(this.#target, '127.0.0.1');
    let isSilent = false;
    const end = () => {
      near.destroy();
      if (!isSilent) far.destroy();
    };
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    if (this.closesAfterwards && this.next === null) {
      end();
      return;
    }
    let isCutOff = false;
    near.on('data', (chunk) => {
      const { next } = this;
      const isChosen = next !== null && chunk.includes(`${next.statement}\0`);
      if (isChosen) this.next = null;
      isCutOff ||= isChosen;
      isSilent ||= isChosen && next.cut === 'silently';
      if (isChosen && next.cut === 'before') end();
      else if (!isSilent) far.write(chunk);
    });
    far.on('data', (chunk) => (isCutOff ? end() : near.write(chunk)));
  }
}
