import { DATABASE_LIMITS, FILE_LIMITS, KEY_ZONE_LIMITS } from '../../limits.ts';
import type { DatabaseObserver } from '../database-observer.ts';
import type { CopyableStore, NextIds } from '../import.ts';
import type { SettingStore } from '../store.ts';
import type { StoreLog } from '../store-log.ts';
import { Accounts } from './accounts.ts';
import { Checks } from './checks.ts';
import { Commits } from './commits.ts';
import { Cursors } from './cursors.ts';
import { Database } from './database.ts';
import { Domains } from './domains.ts';
import { unusableDatabase } from './errors.ts';
import { Events } from './events.ts';
import { Feed } from './feed.ts';
import { Import, importUnfinished, isImportUnfinished } from './import.ts';
import { KeyZone } from './key-zone.ts';
import { migrate } from './migrate.ts';
import { PrimaryPool } from './primary.ts';
import { Rates } from './rates.ts';
import { sql } from './sql.ts';
import { Tokens } from './tokens.ts';
import { Webhooks } from './webhooks.ts';

export interface PostgresStoreOptions {
  /** The same database at each host that can be its primary. */
  readonly urls: readonly string[];
  /** Connections of this process. One of them listens for events. */
  readonly connections: number;
  readonly log: StoreLog;
  readonly observer: DatabaseObserver;
}

/** Milliseconds. */
const CLEAN_UP_INTERVAL = 60_000;

/**
 * Opens the store after migrating its schema. Throws `unavailable` with one line that says what to set. While an import
 * is unfinished, the store opens for that alone.
 */
export async function openPostgresStore(
  { urls, connections, log, observer }: PostgresStoreOptions,
  { forImport = false } = {},
): Promise<PostgresStore> {
  const pool = new PrimaryPool(urls, connections);
  try {
    const client = await pool.connectToAny();
    try {
      await pool.refuseSharedSessions(client);
      for (const file of await migrate(client)) log.info({ file }, 'the schema was migrated');
      if (!forImport && (await isImportUnfinished(client))) throw importUnfinished();
    } finally {
      client.release();
    }
    return new PostgresStore(new Database(pool, log, observer), log);
  } catch (error) {
    await pool.close();
    throw unusableDatabase(error);
  }
}

/** The store in PostgreSQL, which several servers can share. */
export class PostgresStore implements CopyableStore {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly domains: Domains;
  readonly checks: Checks;
  readonly events: Events;
  readonly webhooks: Webhooks;
  readonly cursors: Cursors;
  readonly settings: SettingStore;
  readonly rates: Rates;
  readonly keyZone: KeyZone;
  readonly import: Import;
  readonly #database: Database;
  readonly #feed: Feed;
  readonly #commits: Commits;
  readonly #timer: NodeJS.Timeout;
  #closing: Promise<void> | null = null;

  constructor(database: Database, log: StoreLog) {
    this.#database = database;
    this.#feed = new Feed(database, log);
    const commits = new Commits(database, this.#feed);
    this.#commits = commits;
    this.accounts = new Accounts(database, commits);
    this.tokens = new Tokens(database, commits);
    this.domains = new Domains(database, commits);
    this.checks = new Checks(database, commits, this.domains);
    this.events = new Events(commits, this.#feed);
    const cursors = new Cursors(database, commits);
    this.cursors = cursors;
    this.webhooks = new Webhooks(database, commits, cursors);
    this.rates = new Rates(database);
    this.keyZone = new KeyZone(commits);
    this.import = new Import(database);
    this.settings = {
      async get(key) {
        const [row] = await commits.read<{ value: string }>(sql('get_setting', key));
        return row?.value ?? null;
      },
      async setOnce(key, value) {
        const [row] = await commits.read<{ value: string }>(sql('set_setting_once', key, value));
        return row?.value ?? value;
      },
    };
    this.#timer = setInterval(() => void this.cleanUp().catch(() => {}), CLEAN_UP_INTERVAL);
  }

  /** Deletes what is not needed any more. Runs once a minute. */
  async cleanUp(): Promise<void> {
    await this.#database.read(sql('clean_up'));
    await this.#database.read(sql('drop_retired_labels', KEY_ZONE_LIMITS.retiredAge / 1000));
    const auditedSeconds = FILE_LIMITS.auditedEventAge / 1000;
    await this.#database.read(sql('truncate_events', DATABASE_LIMITS.keptEvents, auditedSeconds));
  }

  nextIds(): Promise<NextIds> {
    return this.#database.one<NextIds>(sql('next_ids'));
  }

  async ready(): Promise<void> {
    await this.#commits.read(sql('probe'));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Without a database, times of use are lost and leases end by themselves. */
  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#commits.close();
    await this.tokens.flush().catch(() => {});
    await this.checks.release().catch(() => {});
    await this.#feed.close();
    await this.#database.close();
  }
}
