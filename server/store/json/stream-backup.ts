import { PassThrough } from 'node:stream';
import type { BackupItem } from '@letterhead/shared';
import { archiveFiles, writeArchive } from './archive.ts';
import type { Snapshot } from './snapshot.ts';

export interface StreamBackupOptions {
  /** Leaves `secret.key` out. */
  readonly withoutKey: boolean;
  /** Ends the backup early, for whoever wanted it has gone. */
  readonly signal: AbortSignal;
}

/** A snapshot as a tar.gz in pieces. Waits for whoever takes them; the snapshot is gone at the end. */
export async function* streamBackup(
  snapshot: Snapshot,
  { withoutKey, signal }: StreamBackupOptions,
): AsyncGenerator<BackupItem> {
  await using held = snapshot;
  const archive = new PassThrough({ signal });
  let files = 0;
  const written = writeArchive(held, archive, {
    withoutKey,
    onProgress: (done) => {
      files = done;
    },
  });
  // Heard of below: the loop over the pieces ends with the same error.
  written.catch((error: Error) => archive.destroy(error));
  yield { kind: 'begin', files: archiveFiles(held, withoutKey).length };
  let bytes = 0;
  for await (const piece of archive) {
    // A stream that nobody gave an encoding gives buffers.
    const buffer = piece as Buffer;
    bytes += buffer.length;
    yield { kind: 'piece', base64: buffer.toString('base64'), files };
  }
  await written;
  yield { kind: 'end', bytes };
}
