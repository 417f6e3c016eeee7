import type { StoreLog } from '../json/store-log.ts';
import type { SettingKey, SettingStore, Store } from '../store.ts';
import { Accounts } from './accounts.ts';
import { Checks } from './checks.ts';
import { Claims } from './claims.ts';
import { Commits } from './commits.ts';
import { Database } from './database.ts';
import { Domains } from './domains.ts';
import { unusableDatabase } from './errors.ts';
import { Events } from './events.ts';
import { Feed } from './feed.ts';
import { migrate } from './migrate.ts';
import { PrimaryPool } from './primary.ts';
import { Tokens } from './tokens.ts';

export interface PostgresStoreOptions {
  /** The same database at each host that may be its primary. */
  readonly urls: readonly string[];
  /** Connections of this process, one of which listens. */
  readonly connections: number;
  readonly log: StoreLog;
}

const GET_SETTING = { name: 'get_setting', text: 'SELECT value FROM settings WHERE key = $1' };

/** It writes the same again where there is a value, so that it can return it. */
const SET_SETTING_ONCE = {
  name: 'set_setting_once',
  text: `INSERT INTO settings AS s (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = s.value
    RETURNING value`,
};

/** As a write is: a standby, a full disk or a primary that waits for its standby would not take it. */
const PROBE = { name: 'probe', text: 'INSERT INTO writes (id) VALUES (gen_random_uuid())', values: [] };

/** Older ones are not looked for any more. */
const FORGET_WRITES = {
  name: 'forget_writes',
  text: `DELETE FROM writes WHERE at < now() - interval '10 minutes'`,
  values: [],
};
const FORGET_EVERY = 60_000;

/**
 * Opens the store in the database, whose schema is made or migrated first.
 * @throws LetterheadError `unavailable` with one line that says what is in the way, and what to set.
 */
export async function openPostgresStore({
  urls,
  connections,
  log,
}: PostgresStoreOptions): Promise<PostgresStore> {
  const pool = new PrimaryPool(urls, connections);
  try {
    const client = await connectToAny(pool, urls.length);
    try {
      for (const file of await migrate(client)) log.info({ file }, 'the schema was migrated');
    } finally {
      client.release();
    }
    return new PostgresStore(pool, log);
  } catch (error) {
    await pool.close();
    throw unusableDatabase(error);
  }
}

/** Tries each host once. Rejects with the reason of the last one. */
async function connectToAny(pool: PrimaryPool, hosts: number) {
  for (let tried = 1; ; tried++) {
    try {
      return await pool.connect();
    } catch (error) {
      if (tried >= hosts) throw error;
      pool.moveOn();
    }
  }
}

/** The store over PostgreSQL: any number of servers may have the same one open. */
export class PostgresStore implements Store {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly domains: Domains;
  readonly checks: Checks;
  readonly events: Events;
  readonly settings: SettingStore;
  readonly #database: Database;
  readonly #commits: Commits;
  readonly #feed: Feed;
  readonly #claims: Claims;
  readonly #forgetting: NodeJS.Timeout;
  #closing: Promise<void> | null = null;

  constructor(pool: PrimaryPool, log: StoreLog) {
    const database = new Database(pool, log);
    const feed = new Feed(database, log);
    const commits = new Commits(database, feed);
    const claims = new Claims(database);
    this.#database = database;
    this.#feed = feed;
    this.#commits = commits;
    this.#claims = claims;
    this.accounts = new Accounts(database, commits);
    this.tokens = new Tokens(database, commits);
    this.domains = new Domains(database, commits, this.tokens);
    this.checks = new Checks(database, commits, this.domains, claims);
    this.events = new Events(database, commits, feed);
    this.settings = {
      get: (key: SettingKey) =>
        commits.tasks.serve(async () => {
          const [row] = await database.read<{ value: string }>({ ...GET_SETTING, values: [key] });
          return row?.value ?? null;
        }),
      setOnce: (key: SettingKey, value: string) =>
        commits.tasks.serve(async () => {
          const [row] = await database.read<{ value: string }>({ ...SET_SETTING_ONCE, values: [key, value] });
          return row?.value ?? value;
        }),
    };
    feed.start();
    this.#forgetting = setInterval(() => void database.read(FORGET_WRITES).catch(() => {}), FORGET_EVERY);
  }

  async ready(): Promise<void> {
    await this.#commits.tasks.serve(() => this.#database.read(PROBE));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Of a database that does not answer, what is kept lazily is lost, and leases end by themselves. */
  async #close(): Promise<void> {
    clearInterval(this.#forgetting);
    await this.#commits.tasks.close();
    await this.tokens.flush().catch(() => {});
    await this.#claims.release().catch(() => {});
    await this.#feed.close();
    await this.#database.close();
  }
}
