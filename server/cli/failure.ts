import { isLetterheadError } from '@letterhead/client';
import type { ErrorBody } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { messageOf } from '../errno.ts';
import { SettingsError } from '../settings.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT, UsageError } from './exit-code.ts';

/** Error body of a failed command, in the API's shape, and its exit code. */
export function describeFailure(error: unknown): { body: ErrorBody; exit: ExitCode } {
  if (error instanceof UsageError || error instanceof SettingsError)
    return { body: { message: error.message, code: 'invalid' }, exit: EXIT.usage };
  return { body: bodyOf(error), exit: EXIT.refused };
}

function bodyOf(error: unknown): ErrorBody {
  if (error instanceof LetterheadError) return error.toBody();
  const message = messageOf(error);
  if (!isLetterheadError(error) || error.data == null) return { message, code: 'unavailable' };
  const { code, errors } = error.data;
  return { message, code, ...(errors === undefined ? {} : { errors }) };
}
