import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { SECRET_KEY_FILE } from '../../keys/secret-key-file.ts';
import { OPEN_FLAGS } from '../../open-flags.ts';
import { readAccount } from './account-files.ts';
import { DataFolder } from './data-folder.ts';
import { offsetAfter } from './event-lines.ts';
import { nodeFileSystem } from './file-system.ts';

import type { Snapshot } from './snapshot.ts';

export interface WriteArchiveOptions {
  /** Leaves `secret.key` out: the archive then does not hold what opens the private keys in it. */
  readonly withoutKey?: boolean;
}

/** The names of the files that an archive of the snapshot holds. */
export function archiveFiles({ files }: Snapshot, withoutKey: boolean): readonly string[] {
  return withoutKey ? files.filter((name) => name !== SECRET_KEY_FILE) : files;
}

/** Writes a snapshot as a tar.gz, and ends `out`. Rejects where a file cannot be read, or `out` not be written. */
export async function writeArchive(
  snapshot: Snapshot,
  out: Writable,
  { withoutKey = false }: WriteArchiveOptions = {},
): Promise<void> {
  const files = archiveFiles(snapshot, withoutKey);
  const tar = pack();
  const written = pipeline(tar, createGzip(), out);
  const packed = packFiles(tar, snapshot.path, files).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  await Promise.all([written, packed]);
}

async function packFiles(tar: Pack, path: string, files: readonly string[]): Promise<void> {
  for (const name of files) {
    await using file = await open(join(path, name), OPEN_FLAGS.r);
    const { mtime, size } = await file.stat();
    await packFile(tar, file, { name, mtime, mode: 0o600, size: (await logLength(path, name)) ?? size });
  }
  tar.finalize();
}

async function packFile(
  tar: Pack,
  file: FileHandle,
  header: { name: string; mtime: Date; mode: number; size: number },
): Promise<void> {
  if (header.size > 0) return pipeline(file.createReadStream({ end: header.size - 1 }), tar.entry(header));
  await new Promise<void>((resolve, reject) => {
    tar.entry(header, '', (error) => (error ? reject(error) : resolve()));
  });
}

/** How much of a log is from the snapshot's moment: it goes on growing behind the link. Null: it is not a log. */
async function logLength(path: string, name: string): Promise<number | null> {
  const account = /^events\/(\d+)/.exec(name)?.[1];
  if (account === undefined) return null;
  const lastId = await lastEventId(path, Number(account));
  const file = await nodeFileSystem.open(join(path, name), 'r');
  try {
    return await offsetAfter(file, lastId);
  } finally {
    await file.close();
  }
}

/** Of an account that cannot be read, all events are kept. */
async function lastEventId(path: string, account: number): Promise<number> {
  try {
    return (await readAccount(new DataFolder(path, nodeFileSystem).accounts, account)).last_event_id;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
