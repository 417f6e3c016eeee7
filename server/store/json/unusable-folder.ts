import { relative } from 'node:path';
import { LetterheadError } from '@letterhead/shared';
import { messageOf, systemReason } from '../../system-failure.ts';

/**
 * Why `dataDir`, which leads to `folder`, cannot be the data folder: `unavailable`, with one line that says what to do
 * where that is known.
 */
export function unusableFolder(dataDir: string, error: unknown, folder = dataDir): LetterheadError {
  if (error instanceof LetterheadError) return error;
  const reason = systemReason(error);
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
