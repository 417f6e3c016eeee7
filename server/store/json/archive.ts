import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { LetterheadError } from '@letterhead/shared';
import { extract, type Pack, pack } from 'tar-stream';
import { describeErrno, errorCode, messageOf, unlessMissing } from '../../errno.ts';
import { SECRET_KEY_FILE } from '../../keys/secret-key-file.ts';
import { ARCHIVE_LIMITS } from '../../limits.ts';
import { OPEN_FLAGS } from '../../open-flags.ts';
import { readAccount } from './account-files.ts';
import { checkFolder, type FolderReport } from './check-folder.ts';
import { DataFolder, isDataFile, realFolder, type Snapshot } from './disk/data-folder.ts';
import { UnreadableFileError, unusableFolder } from './disk/errors.ts';
import { nodeFileSystem } from './disk/file-system.ts';
import { syncFolder } from './disk/folder.ts';
import { offsetAfter } from './event-lines.ts';

export interface WriteArchiveOptions {
  /** Leaves `secret.key` out: the archive then does not hold what opens the private keys in it. */
  readonly withoutKey?: boolean;
}

/** Rejects with UnreadableFileError where an archive of the snapshot would lack more than evidence. */
export async function refuseUnreadable({ path, files }: Snapshot): Promise<void> {
  for (const name of files) {
    if (isEvidence(name)) continue;
    await using _file = await openFile(path, name);
  }
}

/** The names of the files that an archive of the snapshot holds. */
export function archiveFiles({ files }: Snapshot, withoutKey: boolean): readonly string[] {
  return withoutKey ? files.filter((name) => name !== SECRET_KEY_FILE) : files;
}

/** Writes a snapshot as a tar.gz, and ends `out`. Rejects where a file cannot be read, or `out` not be written. */
export async function writeArchive(
  snapshot: Snapshot,
  out: Writable,
  { withoutKey = false }: WriteArchiveOptions = {},
): Promise<void> {
  const files = archiveFiles(snapshot, withoutKey);
  const tar = pack();
  const written = pipeline(tar, createGzip(), out);
  const packed = packFiles(tar, snapshot.path, files).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  await Promise.all([packed, written]);
}

async function packFiles(tar: Pack, path: string, files: readonly string[]): Promise<void> {
  for (const name of files) {
    await using file = await openFile(path, name).catch((error: unknown) => {
      // The next check makes it again.
      if (isEvidence(name)) return null;
      throw error;
    });
    if (file === null) continue;
    const { mtime, size } = await file.stat();
    await packFile(tar, file, { name, mtime, mode: 0o600, size: (await logLength(path, name)) ?? size });
  }
  tar.finalize();
}

function isEvidence(name: string): boolean {
  return name.startsWith('evidence/');
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  const file = await open(join(path, name), OPEN_FLAGS.r).catch((error: unknown) => {
    throw new UnreadableFileError(name, error);
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new UnreadableFileError(name, Object.assign(new Error('It is no file.'), { code: 'ENXIO' }));
}

async function packFile(
  tar: Pack,
  file: FileHandle,
  header: { name: string; mtime: Date; mode: number; size: number },
): Promise<void> {
  if (header.size > 0) return pipeline(file.createReadStream({ end: header.size - 1 }), tar.entry(header));
  await new Promise<void>((resolve, reject) => {
    tar.entry(header, '', (error) => (error ? reject(error) : resolve()));
  });
}

/** How much of a log is from the snapshot's moment: it goes on growing behind the link. Null: it is not a log. */
async function logLength(path: string, name: string): Promise<number | null> {
  const account = /^events\/(\d+)/.exec(name)?.[1];
  if (account === undefined) return null;
  const lastId = await lastEventId(path, Number(account));
  await using file = await nodeFileSystem.open(join(path, name), 'r');
  return await offsetAfter(file, lastId);
}

/** Of an account that cannot be read, all events are kept. */
async function lastEventId(path: string, account: number): Promise<number> {
  try {
    return (await readAccount(new DataFolder(path, nodeFileSystem).accounts, account)).last_event_id;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** What the repository itself has in `data/`. */
const CHECKOUT_FILES = ['.gitignore', 'README.md'];

/**
 * Puts an archive that `writeArchive` wrote into a folder that is empty or not there yet; all of it, or none.
 * What a checkout keeps in its data folder does not count, and stays there.
 * Ids that were given after the backup was made can come again: what refers to them elsewhere is then wrong.
 * @returns what there is to say about the folder, as `checkFolder` finds it.
 * @throws LetterheadError `invalid` where the folder is not empty, or the archive is not a whole backup; `unavailable`
 * where there cannot be such a folder.
 */
export async function restoreArchive(archive: string, dataDir: string): Promise<FolderReport> {
  await refuseNoFile(archive);
  const unfinished = `${resolve(dataDir)}.restoring`;
  try {
    await refuseFullFolder(dataDir);
    await rm(unfinished, { recursive: true, force: true });
    const made = await nodeFileSystem.mkdir(unfinished);
    if (made === undefined)
      throw new Error(`${unfinished} is there: another restore may be under way. Wait for it, or remove it.`);
  } catch (error) {
    throw unusableFolder(dataDir, error);
  }
  try {
    await unpack(archive, unfinished);
    const report = await checkFolder(unfinished);
    if (!report.usable) throw notABackup(archive, report.problems[0]?.message ?? 'It is not complete.');
    await replaceFolder(dataDir, unfinished);
    await syncFolder(realFolder(dirname(resolve(dataDir))), nodeFileSystem);
    return report;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function refuseNoFile(archive: string): Promise<void> {
  const found = await unlessMissing(stat(archive)).catch((error: unknown) => {
    throw notABackup(archive, inASentence(error));
  });
  if (found !== null && !found.isDirectory()) return;
  const what =
    found === null ? `There is no file ${archive}. Name one` : `${archive} is a folder. Name a file`;
  throw new LetterheadError('invalid', `${what} that \`letterhead backup\` has written.`);
}

async function refuseFullFolder(dataDir: string): Promise<void> {
  const names = (await unlessMissing(readdir(dataDir))) ?? [];
  if (names.every((name) => CHECKOUT_FILES.includes(name))) return;
  throw new LetterheadError('invalid', `${dataDir} is not empty. Restore into a new folder.`);
}

/** Only an empty folder can be replaced by a rename, so the checkout's files move into the new one first. */
async function replaceFolder(dataDir: string, replacement: string): Promise<void> {
  const moved: string[] = [];
  try {
    for (const name of CHECKOUT_FILES) {
      const move = rename(join(dataDir, name), join(replacement, name)).then(() => moved.push(name));
      await unlessMissing(move);
    }
    await rename(replacement, dataDir);
  } catch (error) {
    for (const name of moved) await rename(join(replacement, name), join(dataDir, name));
    throw ['EBUSY', 'EXDEV'].includes(errorCode(error) ?? '') ? isMountPoint(dataDir) : error;
  }
}

/** For a mount point, or the working directory as `.`: a rename cannot replace it, and restoring file by file could leave half a restore. */
function isMountPoint(dataDir: string): LetterheadError {
  return new LetterheadError(
    'invalid',
    `${dataDir} is a mount point or the working directory, which cannot be replaced as a whole. Set DATA_DIR to a folder in it, and restore there.`,
  );
}

async function unpack(archive: string, path: string): Promise<void> {
  const entries = extract();
  const source = createReadStream(archive);
  const most = (await stat(archive)).size * ARCHIVE_LIMITS.expansion + ARCHIVE_LIMITS.extraBytes;
  const tooMuch = () =>
    notABackup(archive, `it would unpack to more than ${most} bytes, which no backup does.`);
  const read = pipeline(source, createGunzip(), atMost(most, tooMuch), entries);
  let files = 0;
  // The loop over the entries ends with the same error, unless it is between two waits then.
  const over = new AbortController();
  read.catch((error: unknown) => over.abort(error));
  try {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      if (type !== 'file' || !isDataFile(name))
        throw notABackup(archive, `it holds ${JSON.stringify(name)}, which no backup does.`);
      if ((entry.header.size ?? 0) > ARCHIVE_LIMITS.fileBytes)
        throw notABackup(archive, `${name} in it has more than ${ARCHIVE_LIMITS.fileBytes} bytes.`);
      if (++files > ARCHIVE_LIMITS.files)
        throw notABackup(archive, `it holds more than ${ARCHIVE_LIMITS.files} files.`);
      const file = join(path, name);
      await nodeFileSystem.mkdir(dirname(file));
      const flush = !isEvidence(name);
      const to = createWriteStream(file, { flags: 'wx', mode: 0o600, flush });
      await pipeline(entry, to, { signal: over.signal });
    }
    await read;
  } catch (failure) {
    source.destroy();
    const error = failure instanceof Error && failure.name === 'AbortError' ? over.signal.reason : failure;
    throw error instanceof LetterheadError ? error : notABackup(archive, inASentence(error));
  }
  for (const folder of ['accounts', 'events', 'logos', '.'])
    await syncFolder(join(path, folder), nodeFileSystem);
}

/** Passes bytes on as long as there are no more of them than `most`. */
function atMost(most: number, error: () => Error): (bytes: AsyncIterable<Buffer>) => AsyncIterable<Buffer> {
  return async function* (bytes) {
    let passed = 0;
    for await (const piece of bytes) {
      passed += piece.length;
      if (passed > most) throw error();
      yield piece;
    }
  };
}

function notABackup(archive: string, why: string): LetterheadError {
  return new LetterheadError('invalid', `${archive} cannot be restored: ${why} Nothing was changed.`);
}

/** Of what went wrong while the archive was read and its files were written. */
function inASentence(error: unknown): string {
  const reason = describeErrno(error);
  if (errorCode(error) === 'EEXIST') return 'it holds a file twice.';
  if (reason !== null) return `${reason}.`;
  const message = messageOf(error);
  // zlib's own code and tar-stream's own words.
  if (errorCode(error) === 'Z_BUF_ERROR' || message === 'Unexpected end of data')
    return 'it ends too early. Take another copy of it.';
  if (errorCode(error) === 'Z_DATA_ERROR' || message.startsWith('Invalid tar header'))
    return 'it is no archive that `letterhead backup` has written.';
  return `${message}.`;
}
