import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { BackupItem } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { messageOf, systemReason } from '../system-failure.ts';

/**
 * A backup that arrives in pieces. It stands under its name once it is whole and on the disk, and not before; an
 * older one of that name is there until then. Only its owner may read it.
 */
export class BackupFile implements Disposable {
  readonly #path: string;
  readonly #unfinished: string;
  readonly #file: number;
  #bytes = 0;
  #expected: number | null = null;

  /** Throws `unavailable` where the file cannot be made, or something else than a file has its name. */
  constructor(path: string) {
    this.#path = path;
    this.#unfinished = `${path}.${process.pid}.unfinished`;
    try {
      refuseOtherThanFile(path);
      this.#file = openSync(this.#unfinished, 'wx', 0o600);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Synchronously, so that pieces do not pile up. Throws `unavailable` where it cannot be written. */
  take(item: BackupItem): void {
    try {
      this.#take(item);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  #take(item: BackupItem): void {
    switch (item.kind) {
      case 'begin':
        ftruncateSync(this.#file);
        this.#bytes = 0;
        this.#expected = null;
        break;
      case 'piece':
        this.#write(Buffer.from(item.base64, 'base64'));
        break;
      case 'end':
        this.#expected = item.bytes;
    }
  }

  /** Puts the backup in its place, and returns its length in bytes. Throws where it is not whole. */
  finish(): number {
    if (this.#expected !== this.#bytes)
      throw new Error('The backup was cut off before its end. Nothing was written; try again.');
    try {
      fsyncSync(this.#file);
      renameSync(this.#unfinished, this.#path);
      syncFolder(dirname(this.#path));
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
    return this.#bytes;
  }

  /** Leaves nothing unfinished behind. */
  [Symbol.dispose](): void {
    closeSync(this.#file);
    rmSync(this.#unfinished, { force: true });
  }

  #write(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) {
      at += writeSync(this.#file, piece, at, piece.length - at, this.#bytes + at);
    }
    this.#bytes += piece.length;
  }
}

/** What is renamed to takes the place of a device or a socket as readily as that of a file. */
function refuseOtherThanFile(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isFile()) return;
  throw new LetterheadError(
    'unavailable',
    there.isDirectory()
      ? `${path} is a folder. Name a file in it, such as ${join(path, 'letterhead.tar.gz')}.`
      : `${path} is no ordinary file. Name another one.`,
  );
}

function cannotWrite(path: string, error: unknown): LetterheadError {
  if (error instanceof LetterheadError) return error;
  const reason = systemReason(error) ?? messageOf(error);
  const message = existsSync(dirname(path))
    ? `The backup cannot be written to ${path}: ${reason}.`
    : `There is no folder ${dirname(path)}. Make it first, or name another file.`;
  return new LetterheadError('unavailable', message, { cause: error });
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
