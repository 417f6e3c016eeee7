import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BackupItem } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';

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

  /** Throws `unavailable` where the file cannot be made. */
  constructor(path: string) {
    this.#path = path;
    this.#unfinished = `${path}.${process.pid}.unfinished`;
    try {
      this.#file = openSync(this.#unfinished, 'wx', 0o600);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LetterheadError('unavailable', `The backup cannot be written: ${reason}`, { cause: error });
    }
  }

  /** Synchronously, so that pieces do not pile up. Throws the system's error where it cannot be written. */
  take(item: BackupItem): void {
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
    fsyncSync(this.#file);
    renameSync(this.#unfinished, this.#path);
    syncFolder(dirname(this.#path));
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

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
