import pg from 'pg';
import { DATABASE_LIMITS } from '../../limits.ts';

/** PostgreSQL's own number of a type: see `SELECT oid FROM pg_type`. */
const BIGINT = 20;
const TIMESTAMPTZ = 1184;

/** Ids are numbers, and times are as `Instant` has them: `2026-01-31T12:00:00Z`. */
const types: pg.CustomTypesConfig = {
  getTypeParser(type, format) {
    if (type === BIGINT) return Number;
    if (type === TIMESTAMPTZ) return (text: string) => `${text.slice(0, 10)}T${text.slice(11, 19)}Z`;
    return pg.types.getTypeParser(type, format);
  },
};

/** What is as it is whatever the server's configuration says; and whether it is a standby. */
const PREPARE = `SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),
  set_config('statement_timeout', '${DATABASE_LIMITS.statement}', false),
  set_config('lock_timeout', '${DATABASE_LIMITS.deadline}', false), pg_is_in_recovery() AS standby`;

/** Connections to that one of several hosts that is the primary. */
export class PrimaryPool {
  readonly #urls: readonly string[];
  readonly #pool: pg.Pool;
  #at = 0;

  /** `urls`: the same database at each host. */
  constructor(urls: readonly string[], size: number) {
    this.#urls = urls;
    const connectionString = () => this.#urls[this.#at];
    this.#pool = new pg.Pool({
      max: size,
      idleTimeoutMillis: 0,
      // Makes each client by itself: the host may be another one by then.
      Client: class extends pg.Client {
        constructor() {
          super({
            connectionString: connectionString(),
            types,
            keepAlive: true,
            connectionTimeoutMillis: DATABASE_LIMITS.connect,
            query_timeout: DATABASE_LIMITS.deadline,
          });
        }
      },
      async onConnect(client) {
        const { rows } = await client.query<{ standby: boolean }>(PREPARE);
        if (rows[0]?.standby) throw Object.assign(new Error('It is a standby.'), { code: '25006' });
      },
    });
    // A connection that breaks while nobody uses it, or between two queries, must not end the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  connect(): Promise<pg.PoolClient> {
    return this.#pool.connect();
  }

  /** Tries the next host from now on. */
  moveOn(): void {
    this.#at = (this.#at + 1) % this.#urls.length;
  }

  /** Connections that are open, and calls that wait for one. */
  get load(): { open: number; idle: number; waiting: number } {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { open, idle, waiting };
  }

  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }
}
