import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LetterheadError } from '@letterhead/shared';
import { extract } from 'tar-stream';
import { describeErrno, messageOf } from '../../errno.ts';
import { ARCHIVE_LIMITS } from '../../limits.ts';
import { checkFolder, type FolderReport } from './check-folder.ts';
import { unusableFolder } from './errors.ts';
import { errorCode, nodeFileSystem, unlessMissing } from './file-system.ts';
import { isDataFile } from './snapshot.ts';

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
    await syncFolder(dirname(resolve(dataDir)));
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

/** A whole folder cannot take the place of one that something is mounted at, and half a restore must never be found. */
function isMountPoint(dataDir: string): LetterheadError {
  return new LetterheadError(
    'invalid',
    `${dataDir} is a mount point, which cannot be replaced as a whole. Set DATA_DIR to a folder in it, and restore there.`,
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
  // Heard of below: the loop over the entries ends with the same error.
  read.catch(() => {});
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
      const flush = !name.startsWith('evidence/');
      await pipeline(entry, createWriteStream(file, { flags: 'wx', mode: 0o600, flush }));
    }
    await read;
  } catch (error) {
    source.destroy();
    throw error instanceof LetterheadError ? error : notABackup(archive, inASentence(error));
  }
  for (const folder of ['accounts', 'events', '.']) await syncFolder(join(path, folder));
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

async function syncFolder(path: string): Promise<void> {
  const folder = await unlessMissing(open(path, 'r'));
  if (folder === null) return;
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
