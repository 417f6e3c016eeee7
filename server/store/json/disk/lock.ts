import {
  closeSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { OPEN_FLAGS } from '../../../open-flags.ts';
import { StoreInUseError } from '../../store-in-use.ts';
import type { StoreLog } from '../../store-log.ts';
import { folderLost, writeFailed } from './errors.ts';

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

/** Who holds the folder, for a person to read; the lock itself is not in it. */
const HolderSchema = z.object({ pid: z.number(), host: z.string(), since: z.string() });
type Holder = z.infer<typeof HolderSchema>;

const LOCK_FILE = 'lock';
const HOLDER_FILE = 'lock.json';

/** The folders that this process holds. Opening a lock twice in a process would let go of it at the first close. */
const heldHere = new Set<string>();

/**
 * Holds a data folder for this process alone, until `release` or the end of the process, however that comes:
 * an exclusive transaction of SQLite is a lock of the operating system, which no left-over file or reused
 * process id keeps or fakes.
 */
export class FolderLock {
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #log: StoreLog;
  /** Which file is locked; its name may be given to another one. */
  readonly #file: FileId | null;
  #isLost = false;

  /** The folder has to be there. @throws LetterheadError `unavailable`, naming the holder. */
  constructor(folder: string, now: Date, log: StoreLog) {
    this.#folder = realpathSync(folder);
    if (heldHere.has(this.#folder)) throw inUse(folder, readHolder(this.#folder));
    this.#database = lockDatabase(this.#folder);
    this.#log = log;
    this.#file = fileId(join(this.#folder, LOCK_FILE));
    heldHere.add(this.#folder);
    noteHolder(this.#folder, { pid: process.pid, host: hostname(), since: now.toISOString() });
  }

  /**
   * Whether the folder is still this process's alone. Without the file that is locked, another process could lock a new
   * one: from then on nothing is written, whatever comes back in its place.
   * @throws LetterheadError `unavailable`.
   */
  assertHeld(): void {
    if (this.#isLost) throw folderLost();
    const found = fileId(join(this.#folder, LOCK_FILE));
    if (found?.ino === this.#file?.ino && found?.dev === this.#file?.dev) return;
    this.#isLost = true;
    this.#log.error(
      { folder: this.#folder, file: LOCK_FILE },
      'the lock file was deleted or replaced, so that another process may hold the folder: nothing is written any more; stop this server, see that no other uses the folder, and start it again',
    );
    throw folderLost();
  }

  release(): void {
    try {
      // Once the lock is lost, the note is that of whoever holds the folder now.
      if (!this.#isLost) rmSync(join(this.#folder, HOLDER_FILE), { force: true });
    } catch {
      // The note says who holds the folder, and whoever holds it next writes another.
    }
    this.#database.close();
    heldHere.delete(this.#folder);
  }
}

interface FileId {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Null: there is no such file. @throws LetterheadError `unavailable`. */
function fileId(path: string): FileId | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw writeFailed(error);
  }
}

function noteHolder(folder: string, holder: Holder): void {
  try {
    const path = join(folder, HOLDER_FILE);
    rmSync(path, { force: true });
    writeFileSync(path, `${JSON.stringify(holder, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch {
    // The lock holds without the note: a full disk keeps nobody from reading.
  }
}

function lockDatabase(folder: string): DatabaseSync {
  const path = join(folder, LOCK_FILE);
  // Made by us, for SQLite would let others read it; and closed before the lock is taken, not after.
  closeSync(openSync(path, OPEN_FLAGS.a, 0o600));
  try {
    return beginExclusive(path);
  } catch (error) {
    if (hasCode(error, SQLITE_BUSY)) throw inUse(folder, readHolder(folder));
    if (!hasCode(error, SQLITE_NOTADB)) throw error;
    // Nobody holds it, for SQLite could read it; and nothing was ever in it.
    truncateSync(path);
    return beginExclusive(path);
  }
}

/** Its journal is in memory, for nothing is ever written: a full disk does not matter. */
function beginExclusive(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === code;
}

/** Null where the note is not there (yet), or not readable. */
function readHolder(folder: string): Holder | null {
  try {
    return HolderSchema.parse(
      JSON.parse(readFileSync(join(folder, HOLDER_FILE), { encoding: 'utf8', flag: OPEN_FLAGS.r })),
    );
  } catch {
    return null;
  }
}

function inUse(folder: string, holder: Holder | null): StoreInUseError {
  const who =
    holder === null ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new StoreInUseError(`The data folder ${folder} is in use by ${who}.`);
}
