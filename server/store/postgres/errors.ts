import { LetterheadError } from '@letterhead/shared';
import pg from 'pg';

/** Seconds. A failover takes longer, but nobody knows when it began. */
const RETRY_AFTER = 5;

/** The SQLSTATE of what the database itself has answered; empty for what has happened on the way. */
export function sqlState(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : '';
}

/**
 * Whether the connection is of no use any more, and nobody knows what became of what was sent over it: it broke, it did
 * not answer in time, or it leads to what was the primary (25006).
 */
export function isLost(error: unknown): boolean {
  if (error instanceof LetterheadError) return false;
  return /^$|^(?:08|57P0|25006)/.test(sqlState(error));
}

/** Whether the database has undone it, and may do it when it is asked again: conflicts, time-outs, lack of room. */
export function isPassing(error: unknown): boolean {
  return /^(?:40|53|55P03|57014)/.test(sqlState(error));
}

/** What a caller hears of a database that cannot be reached or doesn't answer in time. */
export function unavailable(cause?: unknown): LetterheadError {
  if (cause instanceof LetterheadError) return cause;
  return new LetterheadError(
    'unavailable',
    'The database does not answer now. Nothing was changed; try again in a few seconds.',
    { retryAfter: RETRY_AFTER },
  );
}

export function outcomeUnknown(): LetterheadError {
  return new LetterheadError(
    'outcome_unknown',
    'The database went away while it had this change, which was made or was not. Look before you repeat it.',
  );
}

/** By SQLSTATE or Node's code, the end of a sentence that begins with "The database … cannot be used: ". */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its host’s name cannot be looked up',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its host',
  ETIMEDOUT: 'its host does not answer',
  ECONNRESET: 'it closes the connection',
  '08P01': 'a proxy in front of it does not let this through; PgBouncer has to be in session mode',
  '25006': 'it can only be read. Name the primary as well',
  '26000': 'a pooler in front of it is in transaction mode; set it to session mode',
  '28000': 'it does not let this user in',
  '28P01': 'the password is wrong',
  '3D000': 'there is no such database',
  '42501': 'this user may not make tables in it: let it own the database',
  '42P05': 'a pooler in front of it is in transaction mode; set it to session mode',
  '53300': 'it has no connection left',
  '57P03': 'it is starting or stopping',
};

/** Why a start cannot use the database: `unavailable` with one line that says what to set, and no password. */
export function unusableDatabase(error: unknown): LetterheadError {
  if (error instanceof LetterheadError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new LetterheadError('unavailable', `The database of DATABASE_URL cannot be used: ${reason}.`, {
    cause: error,
  });
}
