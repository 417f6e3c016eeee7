import { DATABASE_LIMITS, FILE_LIMITS, KEY_ZONE_LIMITS } from '../../limits.ts';
import type { DatabaseObserver } from '../database-observer.ts';
import type { CopyableStore, NextIds } from '../import.ts';
import type { SettingStore } from '../interface/settings.ts';
import type { StoreLog } from '../store-log.ts';
import { accountsIn } from './accounts.ts';
import { checksIn } from './checks.ts';
import { Commits } from './commits.ts';
import { cursorsIn } from './cursors.ts';
import { Database } from './database.ts';
import { domainsIn } from './domains.ts';
import { unusableDatabase } from './errors.ts';
import { eventsIn } from './events.ts';
import { Feed } from './feed.ts';
import { importInto, importUnfinished, isImportUnfinished } from './import.ts';
import { keyZoneIn } from './key-zone.ts';
import { isSettled, migrate } from './migrate.ts';
import { PrimaryPool } from './primary.ts';
import { ratesIn } from './rates.ts';
import { sql } from './sql.ts';
import { tokensIn } from './tokens.ts';
import { webhooksIn } from './webhooks.ts';

export interface PostgresStoreOptions {
  /** The same database at each host that can be its primary. */
  readonly urls: readonly string[];
  /** Connections of this process. One of them listens for events. */
  readonly connections: number;
  readonly log: StoreLog;
  readonly observer: DatabaseObserver;
}

/** The store in PostgreSQL, which several servers can share. */
export interface PostgresStore extends CopyableStore {
  /** Deletes what is not needed any more. Runs once a minute. */
  cleanUp(): Promise<void>;
}

/** The migration that has brought the column of private keys. */
const PRIVATE_KEYS = 7;

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
      const keysAsBytes = await isSettled(client, PRIVATE_KEYS);
      return storeIn(new Database(pool, log, observer), log, keysAsBytes);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.close();
    throw unusableDatabase(error);
  }
}

function storeIn(database: Database, log: StoreLog, keysAsBytes: boolean): PostgresStore {
  const feed = new Feed(database, log);
  const commits = new Commits(database, feed);
  const tokens = tokensIn(database, commits);
  const domains = domainsIn(database, commits, keysAsBytes);
  const checks = checksIn(database, commits, domains);
  const cursors = cursorsIn(database, commits);
  const cleanUp = async () => {
    await database.read(sql('clean_up'));
    await database.read(sql('drop_retired_labels', { seconds: KEY_ZONE_LIMITS.retiredAge / 1000 }));
    const audited_seconds = FILE_LIMITS.auditedEventAge / 1000;
    await database.read(sql('truncate_events', { kept: DATABASE_LIMITS.keptEvents, audited_seconds }));
  };
  const timer = setInterval(() => void cleanUp().catch(() => {}), CLEAN_UP_INTERVAL);
  /** Without a database, times of use are lost and leases end by themselves. */
  const end = async () => {
    clearInterval(timer);
    await commits.close();
    await tokens.flush().catch(() => {});
    await checks.release().catch(() => {});
    await feed.close();
    await database.close();
  };
  let closing: Promise<void> | null = null;
  return {
    accounts: accountsIn(database, commits),
    tokens,
    domains,
    checks,
    events: eventsIn(commits, feed),
    webhooks: webhooksIn(database, commits, cursors),
    cursors,
    settings: settingsIn(commits),
    rates: ratesIn(database),
    keyZone: keyZoneIn(commits),
    import: importInto(database, keysAsBytes),
    cleanUp,
    nextIds: () => database.one<NextIds>(sql('next_ids')),
    async ready() {
      await commits.read(sql('probe'));
    },
    close: () => (closing ??= end()),
  };
}

function settingsIn(commits: Commits): SettingStore {
  return {
    async get(key) {
      const [row] = await commits.read<{ value: string }>(sql('get_setting', { key }));
      return row?.value ?? null;
    },
    async setOnce(key, value) {
      const [row] = await commits.read<{ value: string }>(sql('set_setting_once', { key, value }));
      return row?.value ?? value;
    },
  };
}
