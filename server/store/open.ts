import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { LetterheadError } from '@letterhead/shared';
import { errorCode } from '../errno.ts';
import type { Clock } from '../instant.ts';
import { openKeyCipher } from '../keys/open-key-cipher.ts';
import { SECRET_KEY_FILE } from '../keys/secret-key-file.ts';
import type { Settings } from '../settings.ts';
import type { Backup, BackupOptions, OpenBackup } from './backup.ts';
import type { CopyReport, copyStore } from './copy.ts';
import type { DatabaseObserver } from './database-observer.ts';
import { checkFolder, type FolderReport } from './json/check-folder.ts';
import { DATA_FILES } from './json/disk/data-folder.ts';
import { UnreadableFileError, unusableFolder } from './json/disk/errors.ts';
import type { JsonStore } from './json/json-store.ts';
import { openJsonStore } from './json/json-store.ts';
import type { PostgresStoreOptions } from './postgres/postgres-store.ts';
import type { Store } from './store.ts';
import type { StoreLog } from './store-log.ts';

/** The only module outside of the stores that names one. */

type StoreSettings = Pick<Settings, 'DATA_DIR' | 'DATABASE_URL' | 'DATABASE_POOL' | 'SECRET_KEY'>;

/** Commands have no metrics. */
const NO_OBSERVER: DatabaseObserver = { queried() {}, opened() {} };

/** A store, with what can be done with it beside serving. */
export interface OpenedStore {
  readonly store: Store;
  readonly openBackup: OpenBackup;
  /** Waits for backups that were cut off to clean up, then closes the store. */
  close(): Promise<void>;
}

/** @throws LetterheadError `unavailable` with one line that says what is in the way; StoreInUseError. */
export async function openStore(parts: {
  readonly settings: StoreSettings;
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly observer: DatabaseObserver;
}): Promise<OpenedStore> {
  const { settings, clock, log, observer } = parts;
  const { DATABASE_URL: urls, DATABASE_POOL: connections } = settings;
  if (urls !== null) return openDatabase({ urls, connections, log, observer });
  const store = await openJsonStore({ dataDir: settings.DATA_DIR, clock, log });
  const writing = new Set<Promise<void>>();
  return {
    store,
    openBackup: (options) => openBackup({ store, log, writing }, options),
    async close() {
      await Promise.allSettled(writing);
      await store.close();
    },
  };
}

async function openDatabase(options: PostgresStoreOptions): Promise<OpenedStore> {
  // Loaded only if it is used, because a start on files should be fast.
  const { openPostgresStore } = await import('./postgres/postgres-store.ts');
  const store = await openPostgresStore(options);
  return {
    store,
    openBackup: () => Promise.reject(notInFiles('Back it up with pg_dump')),
    close: () => store.close(),
  };
}

function notInFiles(advice: string): LetterheadError {
  return new LetterheadError(
    'unavailable',
    `DATABASE_URL is set, so that everything is in the database. ${advice}: see docs/postgres.md.`,
  );
}

interface BackupParts {
  readonly store: JsonStore;
  readonly log: StoreLog;
  /** Backups that are being written. */
  readonly writing: Set<Promise<void>>;
}

async function openBackup(
  { store, log, writing }: BackupParts,
  { withoutKey }: BackupOptions,
): Promise<Backup> {
  const logged = (error: unknown): never => {
    if (error instanceof UnreadableFileError)
      log.error({ file: error.file, err: error.cause }, 'no backup can be made before this file is mended');
    throw error;
  };
  // Only a backup needs tar and gzip: a start does without.
  const { archiveFiles, refuseUnreadable, writeArchive } = await import('./json/archive.ts');
  await using opened = new AsyncDisposableStack();
  const snapshot = opened.use(await store.snapshot().catch(logged));
  await refuseUnreadable(snapshot).catch(logged);
  const held = opened.move();
  const write = async (out: Writable) => {
    await using _held = held;
    await writeArchive(snapshot, out, { withoutKey }).catch(logged);
  };
  return {
    files: archiveFiles(snapshot, withoutKey).length,
    writeTo(out) {
      const written = write(out).finally(() => writing.delete(written));
      writing.add(written);
      return written;
    },
  };
}

/** What is done with the data itself, and with no server. */
export interface StoreTools {
  /** In full. */
  readonly path: string;
  /** Changes nothing; a server may be running on the data. Rejects where there is none. */
  check(): Promise<StoreReport>;
  /** Into a place that is empty or not there yet: all of the archive, or nothing of it. */
  restore(archive: string): Promise<StoreReport>;
  /** Whether nothing is there that opens the private keys in it: no file and no setting. */
  lacksKey(): boolean;
}

/** What there is to say about the data. */
export type StoreReport = Omit<FolderReport, 'usable'>;

/** Applies the migrations that the database lacks. Throws `unavailable` if it cannot be used. */
export async function migrateDatabase(parts: {
  readonly settings: StoreSettings;
  readonly clock: Clock;
  readonly log: StoreLog;
}): Promise<void> {
  if (parts.settings.DATABASE_URL === null)
    throw new LetterheadError(
      'unavailable',
      'DATABASE_URL is not set. A data folder needs no migration: its files are upgraded when they are written.',
    );
  await (await openStore({ ...parts, observer: NO_OBSERVER })).close();
}

/** Where `copyBetween` copies to. */
export type CopyTarget = 'database' | 'files';

/**
 * Copies the data folder into an empty database, or the database into an empty folder; the settings name both. Throws
 * `unavailable` if one of them cannot be used, or if SECRET_KEY is not the key of what is copied.
 */
export async function copyBetween(
  target: CopyTarget,
  parts: { readonly settings: StoreSettings; readonly clock: Clock; readonly log: StoreLog },
  onAccount: Parameters<typeof copyStore>[2],
): Promise<CopyReport> {
  const { settings, clock, log } = parts;
  const {
    DATA_DIR: dataDir,
    DATABASE_URL: urls,
    DATABASE_POOL: connections,
    SECRET_KEY: secretKey,
  } = settings;
  if (urls === null)
    throw new LetterheadError('unavailable', 'Set DATABASE_URL to the database to copy from or into.');
  if (target === 'database') refuseNoData({ DATA_DIR: dataDir, DATABASE_URL: null });
  const { openPostgresStore } = await import('./postgres/postgres-store.ts');
  const copy = await import('./copy.ts');
  await using open = new AsyncDisposableStack();
  const files = await openJsonStore({ dataDir, clock, log });
  open.defer(() => files.close());
  const database = await openPostgresStore(
    { urls, connections, log, observer: NO_OBSERVER },
    { forImport: true },
  );
  open.defer(() => database.close());
  const [from, to] = target === 'database' ? [files, database] : [database, files];
  await openKeyCipher({ dataDir, secretKey, check: from.settings, random: randomBytes });
  return await copy.copyStore(from, to, onAccount);
}

/** What needs no open store, and must not change one. Throws `unavailable` if the data is in a database. */
export function storeTools({ DATA_DIR, DATABASE_URL, SECRET_KEY }: StoreSettings): StoreTools {
  if (DATABASE_URL !== null) throw notInFiles('Use the tools of PostgreSQL');
  return {
    path: resolve(DATA_DIR),
    async check() {
      refuseNoData({ DATA_DIR, DATABASE_URL });
      return checkFolder(DATA_DIR);
    },
    async restore(archive) {
      const { restoreArchive } = await import('./json/archive.ts');
      return restoreArchive(archive, DATA_DIR);
    },
    lacksKey: () => SECRET_KEY === null && !existsSync(join(DATA_DIR, SECRET_KEY_FILE)),
  };
}

/** Rejects with `unavailable` where there is no data yet: a command in the wrong place must not begin any. */
export function refuseNoData({
  DATA_DIR,
  DATABASE_URL,
}: Pick<StoreSettings, 'DATA_DIR' | 'DATABASE_URL'>): void {
  if (DATABASE_URL !== null) return;
  const names = namesIn(DATA_DIR);
  if (DATA_FILES.some((name) => names.includes(name))) return;
  throw new LetterheadError(
    'unavailable',
    `There is no data in ${DATA_DIR} yet. Set DATA_DIR to where it is, or begin with \`letterhead serve\`.`,
  );
}

/** None where the folder is not there. Throws `unavailable` where it cannot be read. */
function namesIn(dataDir: string): string[] {
  try {
    return readdirSync(dataDir);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw unusableFolder(dataDir, error);
  }
}
