import { LetterheadError } from '@letterhead/shared';
import pg from 'pg';
import { messageOf } from '../../errno.ts';

/** Seconds. */
const RETRY_AFTER = 5;

/** The SQLSTATE of an error that the database has returned; empty for any other error. */
export function sqlState(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : '';
}

/**
 * Whether the connection cannot be used any more, so that the outcome of its last statement is unknown: it broke, timed
 * out, or leads to a former primary (25006).
 */
export function isLost(error: unknown): boolean {
  return !(error instanceof LetterheadError) && /^$|^(?:08|57P0|25006)/.test(sqlState(error));
}

/** Whether the statement was rolled back and may succeed on a retry: conflicts, timeouts, lack of resources. */
export function isTransient(error: unknown): boolean {
  return /^(?:40|53|55P03|57014)/.test(sqlState(error));
}

export function unavailable(): LetterheadError {
  return new LetterheadError(
    'unavailable',
    'The database does not answer now. Nothing was changed; try again in a few seconds.',
    { retryAfter: RETRY_AFTER },
  );
}

export function outcomeUnknown(): LetterheadError {
  return new LetterheadError(
    'outcome_unknown',
    'The database connection was lost during this change, which was made or was not. Check before you repeat it.',
  );
}

/** By SQLSTATE or Node's error code. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: 'its host does not exist',
  EAI_AGAIN: 'its host name cannot be resolved',
  ETIMEDOUT: 'its host does not answer',
  ECONNRESET: 'it closed the connection',
  '08P01': 'a connection pooler rejected the connection. PgBouncer must be in session mode',
  '25006': 'it is read-only. Name the primary as well',
  '26000': 'a connection pooler is in transaction mode. Set it to session mode',
  '28000': 'it does not allow this user to connect',
  '28P01': 'the password is wrong',
  '3D000': 'it does not exist',
  '42501': 'this user may not create tables in it. Make the user its owner',
  '42P05': 'a connection pooler is in transaction mode. Set it to session mode',
  '53300': 'it has no connections left',
  '57P03': 'it is starting or stopping',
};

/** Explains in one line why a start cannot use the database, without its password. */
export function unusableDatabase(error: unknown): LetterheadError {
  if (error instanceof LetterheadError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return unusable(REASONS[code] ?? messageOf(error), error);
}

/** `why` ends the sentence, and says what to do. */
export function unusable(why: string, cause?: unknown): LetterheadError {
  const message = `The database of DATABASE_URL cannot be used: ${why}.`;
  return new LetterheadError('unavailable', message, { cause });
}
