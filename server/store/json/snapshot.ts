import { join } from 'node:path';
import { type DataFolder, SNAPSHOT_PREFIX } from './data-folder.ts';
import { errorCode, type FileSystem, unlessMissing } from './file-system.ts';

/** A data folder as it was at one moment, beside the one that goes on. */
export interface Snapshot extends AsyncDisposable {
  readonly path: string;
  /** Relative to `path`, with `/`. */
  readonly files: readonly string[];
}

/** At the root of a data folder; the lock is nobody's to copy. */
const ROOT_FILE = /^(installation|ids|schedule|token-use)\.json$|^secret\.key$/;
const ACCOUNT_FILE = /^[1-9]\d*\.json$/;
const EVENTS_FILE = /^[1-9]\d*(\.1|\.kept)?\.jsonl$/;
const EVIDENCE_FOLDER = /^[1-9]\d*$/;

/** Whether a file that is called so belongs into a data folder: an archive may hold anything. */
export function isDataFile(name: string): boolean {
  const [first = '', second, third, ...more] = name.split('/');
  if (more.length > 0) return false;
  if (second === undefined) return ROOT_FILE.test(first);
  if (first === 'evidence') return EVIDENCE_FOLDER.test(second) && ACCOUNT_FILE.test(third ?? '');
  if (third !== undefined) return false;
  return first === 'accounts' ? ACCOUNT_FILE.test(second) : first === 'events' && EVENTS_FILE.test(second);
}

/**
 * Links every file into a new folder within the data folder, while the writers wait: files are replaced and never
 * changed in place, so that a link keeps what they held. Logs do grow, and are cut back when they are archived.
 * Evidence is linked afterwards, for it can be had again.
 */
export async function takeSnapshot(folder: DataFolder, number: number): Promise<Snapshot> {
  const { fileSystem } = folder;
  const path = join(folder.path, `${SNAPSHOT_PREFIX}${number}`);
  const files: string[] = [];
  const link = async (name: string) => {
    if (await linkOrCopy(fileSystem, join(folder.path, name), join(path, name))) files.push(name);
  };
  try {
    for (const inner of ['accounts', 'events', 'evidence']) await fileSystem.mkdir(join(path, inner));
    await folder.gate.hold(async () => {
      for (const name of await filesAt(fileSystem, folder.path, ROOT_FILE)) await link(name);
      for (const name of await filesAt(fileSystem, folder.accounts.path, ACCOUNT_FILE))
        await link(`accounts/${name}`);
      for (const name of await filesAt(fileSystem, folder.events.path, EVENTS_FILE))
        await link(`events/${name}`);
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
async function linkOrCopy(fileSystem: FileSystem, from: string, to: string): Promise<boolean> {
  const linked = await unlessMissing(
    fileSystem.link(from, to).then(
      () => true,
      (error: unknown) => {
        // Not every file system has links: shared folders of some virtual machines do not.
        if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? ''))
          throw error;
        return copy(fileSystem, from, to);
      },
    ),
  );
  return linked ?? false;
}

async function copy(fileSystem: FileSystem, from: string, to: string): Promise<true> {
  const text = await fileSystem.readText(from);
  const file = await fileSystem.open(to, 'wx');
  try {
    await file.write(text);
  } finally {
    await file.close();
  }
  return true;
}
