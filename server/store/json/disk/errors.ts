import { relative } from 'node:path';
import { LetterheadError } from '@letterhead/shared';
import { describeErrno, errorCode, messageOf } from '../../../errno.ts';

/** Seconds after which a failed write is worth another try. */
const RETRY_AFTER_FAILED_WRITE = 10;

/** Seconds: someone has to repair the file first. */
const RETRY_AFTER_DAMAGE = 300;

/** What a caller hears of a write that failed: why in general, and nothing of files and folders. */
export function writeFailed(cause: unknown): LetterheadError {
  if (cause instanceof LetterheadError) return cause;
  return new LetterheadError('unavailable', `${reason(cause)} Nothing was changed; try again later.`, {
    retryAfter: RETRY_AFTER_FAILED_WRITE,
    cause,
  });
}

function reason(cause: unknown): string {
  switch (errorCode(cause instanceof Error && cause.cause !== undefined ? cause.cause : cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'This cannot be saved now, because the server’s disk is full.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'This cannot be saved now, because the server may not write to its disk.';
    default:
      return 'This cannot be saved now, because the server’s disk failed.';
  }
}

export function readFailed(cause: unknown): LetterheadError {
  return new LetterheadError(
    'unavailable',
    'This cannot be read now, because the server’s disk failed. Try again later.',
    {
      retryAfter: RETRY_AFTER_FAILED_WRITE,
      cause,
    },
  );
}

export function accountDamaged(): LetterheadError {
  return new LetterheadError(
    'unavailable',
    'The data of this account cannot be read now. The operator finds the reason in the server’s log.',
    { retryAfter: RETRY_AFTER_DAMAGE },
  );
}

/** A file without which a backup would not be whole. Its name is for the log. */
export class UnreadableFileError extends LetterheadError {
  /** Relative to the data folder. */
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(
      'unavailable',
      'No backup can be made, because a file in the data folder cannot be read. `letterhead check` names it and the reason, as does the server’s log.',
      { retryAfter: RETRY_AFTER_DAMAGE, cause },
    );
    this.file = file;
  }
}

/** Nothing changes this but a restart. */
export function folderLost(): LetterheadError {
  return new LetterheadError(
    'unavailable',
    'Nothing can be saved, because this server may no longer be the only one on its data. The operator finds the reason in the server’s log.',
    { retryAfter: RETRY_AFTER_DAMAGE },
  );
}

/**
 * Why `dataDir`, which leads to `folder`, cannot be the data folder: `unavailable`, with one line that says what to do
 * where that is known.
 */
export function unusableFolder(dataDir: string, error: unknown, folder = dataDir): LetterheadError {
  if (error instanceof LetterheadError) return error;
  const reason = describeErrno(error);
  const file = fileIn(folder, error);
  const why =
    reason === null
      ? messageOf(error)
      : `${file === null ? '' : `${file}: `}${reason}. Mend that, or set DATA_DIR to another folder.`;
  return new LetterheadError('unavailable', `The data folder ${dataDir} cannot be used: ${why}`, {
    cause: error,
  });
}

/** What the system has refused, where that is not the folder itself. */
function fileIn(dataDir: string, error: unknown): string | null {
  if (!(error instanceof Error) || !('path' in error) || typeof error.path !== 'string') return null;
  const file = relative(dataDir, error.path);
  return file === '' || file.startsWith('..') ? null : file;
}
