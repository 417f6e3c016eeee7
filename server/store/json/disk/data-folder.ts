import { chmodSync, existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LetterheadError } from '@letterhead/shared';
import { errorCode, unlessMissing } from '../../../errno.ts';
import { SECRET_KEY_FILE } from '../../../keys/secret-key-file.ts';
import type { StoreLog } from '../../store-log.ts';
import {
  CursorsFileShape,
  IdsFormat1Shape,
  InstallationFileShape,
  ScheduleFileShape,
  TokenUseFileShape,
} from '../formats/files.ts';
import { UnreadableFileError } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { FileGate, Folder, syncFolder, TEMPORARY_SUFFIX } from './folder.ts';
import { JsonFile } from './json-file.ts';

export const INSTALLATION_FILE = 'installation.json';
export const IDS_FILE = 'ids.json';
const SCHEDULE_FILE = 'schedule.json';
const TOKEN_USE_FILE = 'token-use.json';
const CURSORS_FILE = 'cursors.json';

/** Where one of these is, there is data. */
export const DATA_FILES = ['accounts', INSTALLATION_FILE];

/** Written and removed to see whether the folder can be written. */
export const PROBE_FILE = 'probe.txt';

/** What can be left at the root beside temporary files of JSON. */
const LEFT_AT_ROOT = [PROBE_FILE, PROBE_FILE + TEMPORARY_SUFFIX, SECRET_KEY_FILE + TEMPORARY_SUFFIX];

/** Begins the name of a folder that a backup is made from. */
export const SNAPSHOT_PREFIX = '.snapshot-';

/** The account that a file of `accounts`, `events` or `logos` is of: `7.json`, `7.1.jsonl`. */
export function accountOf(name: string): number {
  return Number.parseInt(name, 10);
}

/** Where each thing lies in `DATA_DIR`. */
export class DataFolder {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly gate = new FileGate();
  readonly root: Folder;
  readonly accounts: Folder;
  readonly events: Folder;
  readonly logos: Folder;
  readonly evidencePath: string;
  readonly deliveriesPath: string;

  constructor(path: string, fileSystem: FileSystem) {
    this.path = path;
    this.fileSystem = fileSystem;
    this.root = new Folder(path, fileSystem, this.gate);
    this.accounts = new Folder(join(path, 'accounts'), fileSystem, this.gate, { ownerOf: accountOf });
    this.events = new Folder(join(path, 'events'), fileSystem, this.gate, { ownerOf: accountOf });
    this.logos = new Folder(join(path, 'logos'), fileSystem, this.gate, { ownerOf: accountOf });
    this.evidencePath = join(path, 'evidence');
    this.deliveriesPath = join(path, 'deliveries');
  }

  get installationFile() {
    return new JsonFile(this.root, INSTALLATION_FILE, INSTALLATION_FILE, InstallationFileShape);
  }

  /** Of format 1 alone. */
  get idsFile() {
    return new JsonFile(this.root, IDS_FILE, IDS_FILE, IdsFormat1Shape);
  }

  get scheduleFile() {
    return new JsonFile(this.root, SCHEDULE_FILE, SCHEDULE_FILE, ScheduleFileShape);
  }

  get tokenUseFile() {
    return new JsonFile(this.root, TOKEN_USE_FILE, TOKEN_USE_FILE, TokenUseFileShape);
  }

  get cursorsFile() {
    return new JsonFile(this.root, CURSORS_FILE, CURSORS_FILE, CursorsFileShape);
  }

  /** Makes the folders that are missing, so that they outlive a power cut. */
  async make(): Promise<void> {
    for (const path of [
      this.path,
      this.accounts.path,
      this.events.path,
      this.logos.path,
      this.evidencePath,
      this.deliveriesPath,
    ]) {
      const made = await this.fileSystem.mkdir(path);
      if (made !== undefined) await syncFolder(dirname(made), this.fileSystem);
    }
  }

  /** Removes what writes left behind when they were cut off. */
  async removeTemporaryFiles(): Promise<void> {
    const replaced = [this.evidencePath, this.deliveriesPath].map(
      (path) => new Folder(path, this.fileSystem, this.gate),
    );
    for (const folder of [this.root, this.accounts, this.events, this.logos, ...replaced]) {
      for (const name of await folder.names()) {
        if (/\.jsonl?\.tmp$/.test(name)) await folder.remove(name);
      }
    }
    for (const name of LEFT_AT_ROOT) await this.root.remove(name);
  }

  /**
   * Makes the names durable that a killed process may have left unsynced: what is read from here on, and what is
   * acknowledged because of it, must not go back with the next power cut.
   */
  async syncNames(): Promise<void> {
    await Promise.all([this.root, this.accounts, this.logos].map((folder) => folder.sync()));
  }

  /** Removes the snapshots of backups that did not come to their end. */
  async removeSnapshots(): Promise<void> {
    for (const name of await this.root.names()) {
      if (name.startsWith(SNAPSHOT_PREFIX)) await this.fileSystem.removeFolder(this.root.file(name));
    }
  }

  async close(): Promise<void> {
    for (const folder of [this.root, this.accounts, this.events, this.logos]) await folder.close();
  }
}

const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_OTHERS = 0o002;

/** The folder that `dataDir` leads to: it may be a symbolic link, while nothing in the folder may be one. */
export function realFolder(dataDir: string): string {
  return existsSync(dataDir) ? realpathSync(dataDir) : dataDir;
}

/**
 * Makes the data folder its owner's alone, as far as the system lets this user. Windows has no such modes.
 * @throws LetterheadError `unavailable` where everybody can still write to it; the system's errors.
 */
export function restrictAccess(folder: string, log: StoreLog): void {
  if (process.platform === 'win32') return;
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    log.warn({ folder, err: error }, 'the mode of the data folder could not be changed to 0700');
  }
  const { mode } = statSync(folder);
  if ((mode & WRITABLE_BY_OTHERS) !== 0) throw writableByAll(folder);
  if ((mode & WRITABLE_BY_GROUP) !== 0)
    log.warn(
      { folder },
      'the group of the data folder can write to it: everything in it is theirs to replace',
    );
}

function writableByAll(folder: string): LetterheadError {
  return new LetterheadError(
    'unavailable',
    `Every user of this machine can write to the data folder ${folder}, and so replace what is in it. Let its owner run \`chmod 700 ${folder}\`, or set DATA_DIR to another folder.`,
  );
}

/** A data folder as it was at one moment, beside the one that goes on. */
export interface Snapshot extends AsyncDisposable {
  readonly path: string;
  /** Relative to `path`, with `/`. */
  readonly files: readonly string[];
}

/** At the root of a data folder; the lock is not copied. */
const ROOT_FILE = /^(installation|ids|schedule|token-use|cursors)\.json$|^secret\.key$/;
const ACCOUNT_FILE = /^[1-9]\d*\.json$/;
const EVENTS_FILE = /^[1-9]\d*(\.1|\.kept)?\.jsonl$/;
const LOGO_FILE = /^[1-9]\d*\.[0-9a-f]{64}\.json$/;
const EVIDENCE_FOLDER = /^[1-9]\d*$/;

/** What the folders of a data folder hold, but for that of evidence. */
const FOLDERS = [
  ['accounts', ACCOUNT_FILE],
  ['events', EVENTS_FILE],
  ['logos', LOGO_FILE],
] as const;

/** Whether a file that is called so belongs into a data folder: an archive may hold anything. */
export function isDataFile(name: string): boolean {
  const [first = '', second, third, ...more] = name.split('/');
  if (more.length > 0) return false;
  if (second === undefined) return ROOT_FILE.test(first);
  if (first === 'evidence') return EVIDENCE_FOLDER.test(second) && ACCOUNT_FILE.test(third ?? '');
  if (third !== undefined) return false;
  return FOLDERS.some(([folder, pattern]) => folder === first && pattern.test(second));
}

/**
 * Links every file into a new folder within the data folder, while the writers wait: files are replaced and never
 * changed in place, so that a link keeps what they held. Logs do grow, and are cut back when they are archived.
 * Evidence is linked afterwards, for the next check makes it again.
 */
export async function takeSnapshot(folder: DataFolder, number: number): Promise<Snapshot> {
  const { fileSystem } = folder;
  const path = join(folder.path, `${SNAPSHOT_PREFIX}${number}`);
  const files: string[] = [];
  const link = async (name: string) => {
    if (await linkOrCopy(folder, name, join(path, name))) files.push(name);
  };
  try {
    await fileSystem.mkdir(join(path, 'evidence'));
    for (const [inner] of FOLDERS) await fileSystem.mkdir(join(path, inner));
    await folder.gate.hold(async () => {
      for (const name of await filesAt(fileSystem, folder.path, ROOT_FILE)) await link(name);
      for (const [inner, pattern] of FOLDERS)
        for (const name of await filesAt(fileSystem, join(folder.path, inner), pattern))
          await link(`${inner}/${name}`);
    });
    for (const account of await filesAt(fileSystem, folder.evidencePath, EVIDENCE_FOLDER)) {
      await fileSystem.mkdir(join(path, 'evidence', account));
      const names = await filesAt(fileSystem, join(folder.evidencePath, account), ACCOUNT_FILE);
      for (const name of names) await link(`evidence/${account}/${name}`);
    }
  } catch (error) {
    await fileSystem.removeFolder(path).catch(() => {});
    throw error;
  }
  return { path, files, [Symbol.asyncDispose]: () => fileSystem.removeFolder(path) };
}

async function filesAt(fileSystem: FileSystem, path: string, pattern: RegExp): Promise<string[]> {
  const names = (await unlessMissing(fileSystem.readdir(path))) ?? [];
  return names.filter((name) => pattern.test(name));
}

/** False: the file has gone in the meantime. */
async function linkOrCopy({ fileSystem, path }: DataFolder, name: string, to: string): Promise<boolean> {
  const from = join(path, name);
  const linked = await unlessMissing(
    fileSystem.link(from, to).then(
      () => true,
      async (error: unknown) => {
        // Not every file system has links: shared folders of some virtual machines do not.
        if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? ''))
          throw error;
        const text = await fileSystem.readText(from).catch((cause: unknown) => {
          throw errorCode(cause) === 'ENOENT' ? cause : new UnreadableFileError(name, cause);
        });
        await using file = await fileSystem.open(to, 'wx');
        await file.write(text);
        return true;
      },
    ),
  );
  return linked ?? false;
}
