import { LetterheadError } from '@letterhead/shared';
import pg from 'pg';
import { messageOf } from '../../errno.ts';

/** Seconds. */
const RETRY_AFTER = 5;

/** The SQLSTATE of an error that the database has returned; empty for any other error. */
export function sqlState(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : '';
}

/** What a database answers to a write that can only be read, as a former primary. */
const READ_ONLY = '25006';

/** Whether the connection cannot be used any more: it broke, timed out, or leads to a former primary. */
export function isLost(error: unknown): boolean {
  return isOutcomeUnknown(error) || sqlState(error) === READ_ONLY;
}

/**
 * Whether the connection was lost with a statement that may have been committed all the same. 25P03: the database has
 * ended a transaction that this server did not go on with in time.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  return !(error instanceof LetterheadError) && /^$|^(?:08|57P0|25P03)/.test(sqlState(error));
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

/** Whether a call has failed because the database did not answer. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof LetterheadError && ['unavailable', 'outcome_unknown'].includes(error.code);
}

export function outcomeUnknown(): LetterheadError {
  return new LetterheadError(
    'outcome_unknown',
    'The database connection was lost during this change, which was made or was not. Check before you repeat it.',
  );
}

/** Prepared statements, notifications and settings need a session. */
export const POOLER = 'a connection pooler is in the way. Set its pool_mode to session';
const UNTRUSTED = 'its TLS certificate is not trusted. Set sslrootcert to the file of its CA';

/** By SQLSTATE, or the code or message of an error of Node or `pg`. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address. Check host and port',
  ENOTFOUND: 'its host does not exist. Check its name',
  EAI_AGAIN: 'its host name cannot be resolved. Check its name and the DNS',
  ETIMEDOUT: 'its host does not answer. Check host and port',
  ECONNRESET: 'it closed the connection',
  '08P01': POOLER,
  [READ_ONLY]: 'it is read-only. Name the primary as well',
  '28000': 'it does not allow this user to connect. Check the user, and whether it wants sslmode=verify-full',
  '28P01': 'the password is wrong',
  '3D000': 'it does not exist. Create it, or check its name',
  '42501': 'this user may not create tables in it. Make the user its owner',
  '53300': 'it has no connections left. Lower DATABASE_POOL, or raise max_connections there',
  '55P03': 'its tables are locked, as by a backup or a long transaction. End that, or start again later',
  '57P03': 'it is starting or stopping',
  'The server does not support SSL connections': 'it does not offer TLS, which sslmode asks for',
  'timeout expired': 'its host does not answer. Check host and port',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another host. Use the name in the certificate',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
};

/** Explains in one line why a start cannot use the database, without its password. */
export function unusableDatabase(error: unknown): LetterheadError {
  if (error instanceof LetterheadError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [message = ''] = messageOf(error).split('\n');
  return unusable(REASONS[code] ?? REASONS[message] ?? message, error);
}

/** `why` ends the sentence, and says what to do. */
export function unusable(why: string, cause?: unknown): LetterheadError {
  const message = `The database of DATABASE_URL cannot be used: ${why}.`;
  return new LetterheadError('unavailable', message, { cause });
}
