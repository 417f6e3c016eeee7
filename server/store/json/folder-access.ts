import { chmodSync, existsSync, realpathSync, statSync } from 'node:fs';
import { LetterheadError } from '@letterhead/shared';
import type { StoreLog } from './store-log.ts';

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
