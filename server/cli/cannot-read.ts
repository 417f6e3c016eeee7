import { describeFileError, errorCode } from '../errno.ts';
import { UsageError } from './exit-code.ts';

/** What a person is told of a file that a command was to read. */
export function cannotRead(file: string, error: unknown): UsageError {
  if (errorCode(error) === 'ENOENT') return new UsageError(`There is no file ${file}.`);
  return new UsageError(`${file} cannot be read: ${describeFileError(error)}.`);
}
