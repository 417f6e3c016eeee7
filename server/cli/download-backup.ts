import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ErrorBodySchema, LetterheadError } from '@letterhead/shared';
import { describeErrno } from '../errno.ts';
import { BACKUP_OPERATION } from '../rest/backup-operation.ts';
import { BASE_PATH } from '../rest/rest-adapter.ts';
import type { BackupOptions } from '../store/backup.ts';
import { fetchFrom, unreachable } from './unreachable.ts';

/** A backup that is complete. */
export interface WrittenBackup extends BackupOptions {
  readonly files: number;
}

/**
 * Downloads a backup from a server and ends `out`. The server leaves the key out, too, where the token may not have it.
 * Rejects with the server's own error, or `unavailable` if none answers or the connection is lost before the last chunk.
 */
export async function downloadBackup(
  { url, token }: { readonly url: string; readonly token: string },
  { withoutKey }: BackupOptions,
  out: Writable,
): Promise<WrittenBackup> {
  const path = `${BASE_PATH}${BACKUP_OPERATION.meta.rest.path}?without_key=${withoutKey}`;
  const response = await fetchFrom(url, path, { headers: { authorization: `Bearer ${token}` } });
  const { body, headers } = response;
  if (!response.ok) throw errorFrom(url, await response.text());
  if (body === null || headers.get('content-type') !== BACKUP_OPERATION.meta.rest.contentType)
    throw unreachable(url, null);
  try {
    await pipeline(Readable.fromWeb(body), out);
  } catch (error) {
    throw describeErrno(error) === null ? cutOff(error) : error;
  }
  return {
    files: Number(headers.get('letterhead-files')),
    withoutKey: headers.get('letterhead-omitted') !== null,
  };
}

function errorFrom(url: string, text: string): LetterheadError {
  try {
    const { code, message } = ErrorBodySchema.parse(JSON.parse(text));
    return new LetterheadError(code, message);
  } catch {
    return unreachable(url, null);
  }
}

function cutOff(cause: unknown): LetterheadError {
  const message = 'The connection was lost during the backup. Nothing was written; try again.';
  return new LetterheadError('unavailable', message, { cause });
}
