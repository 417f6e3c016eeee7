import { existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { LetterheadError } from '@letterhead/shared';
import { describeErrno, messageOf } from '../errno.ts';

/**
 * Writes a backup with `write`, which ends what it is given. The file stands under its name once it is whole and on the
 * disk, and not before; an older one of that name is there until then. Only its owner may read it.
 * Rejects with `unavailable` where it cannot be written, or something else than a file has its name.
 */
export async function writeBackupFile<Result>(
  path: string,
  write: (out: Writable) => Promise<Result>,
): Promise<Result> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    refuseOtherThanFile(path);
    const file = await open(unfinished, 'wx', 0o600);
    const out = file.createWriteStream({ flush: true });
    try {
      const result = await write(out);
      await rename(unfinished, path);
      await syncFolder(dirname(path));
      return result;
    } finally {
      // It closes the file with itself.
      out.destroy();
      await rm(unfinished, { force: true });
    }
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** What is renamed to takes the place of a device or a socket as readily as that of a file. */
function refuseOtherThanFile(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isFile()) return;
  throw new LetterheadError(
    'unavailable',
    there.isDirectory()
      ? `${path} is a folder. Name a file in it, such as ${join(path, 'letterhead.tar.gz')}.`
      : `${path} is no ordinary file. Name another one.`,
  );
}

function cannotWrite(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const reason = describeErrno(error) ?? messageOf(error);
  const message = existsSync(dirname(path))
    ? `The backup cannot be written to ${path}: ${reason}.`
    : `There is no folder ${dirname(path)}. Make it first, or name another file.`;
  return new LetterheadError('unavailable', message, { cause: error });
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
