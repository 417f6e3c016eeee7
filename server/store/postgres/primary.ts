import pg from 'pg';
import { DATABASE_LIMITS } from '../../limits.ts';
import type { PoolState } from '../database-observer.ts';
import { POOLER, unusable } from './errors.ts';

/** Type ids of PostgreSQL (`SELECT oid FROM pg_type`). */
const BIGINT = 20;
const TIMESTAMPTZ = 1184;

/** Ids become numbers, and times an `Instant`. */
const types: pg.CustomTypesConfig = {
  getTypeParser(type, format) {
    if (type === BIGINT) return Number;
    if (type === TIMESTAMPTZ) return (text: string) => `${text.slice(0, 10)}T${text.slice(11, 19)}Z`;
    return pg.types.getTypeParser(type, format);
  },
};

/**
 * Sets what the server's configuration must not decide. Startup options would do the same, but poolers reject them. A
 * transaction whose server is frozen or cut off would otherwise keep its locks until TCP finds out, which takes hours.
 */
const SET_UP = `SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),
  set_config('statement_timeout', '${DATABASE_LIMITS.statement}', false),
  set_config('lock_timeout', '${DATABASE_LIMITS.deadline}', false),
  set_config('idle_in_transaction_session_timeout', '${DATABASE_LIMITS.idle}', false), pg_is_in_recovery() AS standby`;

/** A connection pool to the primary among several hosts. */
export class PrimaryPool {
  readonly #urls: readonly string[];
  readonly #pool: pg.Pool;
  /** The host of each connection. */
  readonly #hosts = new WeakMap<object, number>();
  #at = 0;

  /** `urls`: the same database at each host. */
  constructor(urls: readonly string[], size: number) {
    this.#urls = urls;
    const hosts = this.#hosts;
    const current = () => this.#at;
    this.#pool = new pg.Pool({
      max: size,
      idleTimeoutMillis: 0,
      // The pool's own options are fixed, but the host changes.
      Client: class extends pg.Client {
        constructor() {
          super({
            connectionString: urls[current()],
            types,
            keepAlive: true,
            connectionTimeoutMillis: DATABASE_LIMITS.connect,
            query_timeout: DATABASE_LIMITS.deadline,
          });
          hosts.set(this, current());
        }
      },
      async onConnect(client) {
        const { rows } = await client.query<{ standby: boolean }>(SET_UP);
        if (rows[0]?.standby) throw Object.assign(new Error('This is a standby.'), { code: '25006' });
      },
    });
    // Without listeners, a connection that breaks between two queries would end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** Drops idle connections to a host that is no longer the current one: a former primary may still answer. */
  async connect(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      if (this.#hosts.get(client) === this.#at) return client;
      client.release(true);
    }
  }

  /** As `connect`, but tries each host once. */
  async connectToAny(): Promise<pg.PoolClient> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.connect();
      } catch (error) {
        if (tries >= this.#urls.length) throw error;
        this.moveOn();
      }
    }
  }

  /**
   * Throws `unavailable` if a second connection has the same session of PostgreSQL: so it is behind a pooler in
   * transaction or statement mode, which loses prepared statements and notifications.
   */
  async refuseSharedSessions(first: pg.PoolClient): Promise<void> {
    const second = await this.connect();
    try {
      const [pid, other] = [await sessionOf(first), await sessionOf(second)];
      if (pid === other) throw unusable(POOLER);
    } finally {
      second.release();
    }
  }

  /** Connects to the next host from now on. */
  moveOn(): void {
    this.#at = (this.#at + 1) % this.#urls.length;
  }

  get state(): PoolState {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { open, idle, waiting };
  }

  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }
}

async function sessionOf(client: pg.PoolClient): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
