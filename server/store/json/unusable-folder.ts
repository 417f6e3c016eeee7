import { LetterheadError } from '@letterhead/shared';
import { systemReason } from '../../system-failure.ts';

/** Why `dataDir` cannot be the data folder: `unavailable`, with one line that says what to do where that is known. */
export function unusableFolder(dataDir: string, error: unknown): LetterheadError {
  if (error instanceof LetterheadError) return error;
  const reason = systemReason(error);
  const why = reason === null ? messageOf(error) : `${reason}. Set DATA_DIR to another one.`;
  return new LetterheadError('unavailable', `The data folder ${dataDir} cannot be used: ${why}`, {
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
