import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { LetterheadError } from '@letterhead/shared';
import { extract } from 'tar-stream';
import { checkFolder, type FolderReport } from './check-folder.ts';
import { errorCode, unlessMissing } from './file-system.ts';
import { isDataFile } from './snapshot.ts';

/**
 * Puts an archive that `writeArchive` wrote into a folder that is empty or not there yet; all of it, or none.
 * Ids that were given after the backup was made can come again: what refers to them elsewhere is then wrong.
 * @returns what there is to say about the folder, as `checkFolder` finds it.
 * @throws LetterheadError `invalid` where the folder is not empty, or the archive is not a whole backup.
 */
export async function restoreArchive(archive: string, dataDir: string): Promise<FolderReport> {
  if (((await unlessMissing(readdir(dataDir))) ?? []).length > 0) {
    throw new LetterheadError('invalid', `${dataDir} is not empty. Restore into a new folder.`);
  }
  const unfinished = `${resolve(dataDir)}.restoring`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await unpack(archive, unfinished);
    const report = await checkFolder(unfinished);
    if (!report.usable) throw notABackup(archive, report.problems[0]?.message ?? 'it is not complete');
    await rename(unfinished, dataDir).catch((error: unknown) => {
      throw errorCode(error) === 'EBUSY' ? isMountPoint(dataDir) : error;
    });
    await syncFolder(dirname(resolve(dataDir)));
    return report;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
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
  await mkdir(path, { recursive: true, mode: 0o700 });
  const entries = extract();
  const source = createReadStream(archive);
  const read = pipeline(source, createGunzip(), entries);
  // Heard of below: the loop over the entries ends with the same error.
  read.catch(() => {});
  try {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      if (type !== 'file' || !isDataFile(name)) throw notABackup(archive, `it holds ${JSON.stringify(name)}`);
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await pipeline(entry, createWriteStream(file, { mode: 0o600, flush: !name.startsWith('evidence/') }));
    }
    await read;
  } catch (error) {
    source.destroy();
    if (error instanceof LetterheadError || errorCode(error) === 'ENOENT') throw error;
    throw notABackup(archive, error instanceof Error ? error.message : String(error));
  }
  for (const folder of ['accounts', 'events', '.']) await syncFolder(join(path, folder));
}

function notABackup(archive: string, why: string): LetterheadError {
  return new LetterheadError('invalid', `${archive} cannot be restored: ${why}. Nothing was changed.`);
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
