import { isUtf8 } from 'node:buffer';
import { closeSync, open, read, readFile } from 'node:fs';
import { FILE_LIMITS } from '../../limits.ts';
import { OPEN_FLAGS } from '../../open-flags.ts';

/** Buffers of one size that serve again and again; no more of them wait than `FILE_LIMITS.spareBuffers`. */
export class BufferPool {
  readonly #size: number;
  readonly #spare: Buffer[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#size);
  }

  giveBack(buffer: Buffer): void {
    if (this.#spare.length < FILE_LIMITS.spareBuffers) this.#spare.push(buffer);
  }
}

export class NotTextError extends Error {
  override readonly name = 'NotTextError';
}

/** Most files fit, and are read with one call into a buffer that serves the next one again. */
const BUFFER_SIZE = 64 * 1024;

const readBuffers = new BufferPool(BUFFER_SIZE);

/**
 * A file's text. In half the time of node:fs/promises, and without a buffer a file for the garbage collector:
 * a start reads every account's file.
 * @throws NotTextError where it is not UTF-8; the system's errors.
 */
export function readText(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    open(path, OPEN_FLAGS.r, (error, file) => {
      if (error !== null) return reject(error);
      const buffer = readBuffers.take();
      read(file, buffer, 0, BUFFER_SIZE, 0, (error, length) => {
        // Nothing is left to be written: waiting for a thread would take longer.
        closeSync(file);
        if (error !== null) reject(error);
        else if (length < BUFFER_SIZE) settle(buffer.subarray(0, length), resolve, reject);
        else readLong(path).then(resolve, reject);
        readBuffers.giveBack(buffer);
      });
    });
  });
}

function readLong(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    readFile(path, { flag: OPEN_FLAGS.r }, (error, bytes) =>
      error === null ? settle(bytes, resolve, reject) : reject(error),
    );
  });
}

function settle(bytes: Buffer, resolve: (text: string) => void, reject: (error: Error) => void): void {
  if (isUtf8(bytes)) resolve(bytes.toString('utf8'));
  else reject(new NotTextError('it is not UTF-8 text'));
}

/** Text is handed to the disk in pieces of this many bytes, so that the process breathes in between. */
const PIECE = 128 * 1024;

const encoder = new TextEncoder();
const writeBuffers = new BufferPool(PIECE);

/** In parts, which are asked for while they are written. */
export type Text = Iterable<string> | AsyncIterable<string>;

/**
 * Writes text as UTF-8, part by part, through a buffer that serves the next file again: with a new one for each,
 * the garbage collector goes through a full store far more often than its own content asks for.
 */
export async function writeText(
  file: { write(data: Uint8Array): Promise<void> },
  parts: Text,
): Promise<void> {
  const buffer = writeBuffers.take();
  try {
    let filled = 0;
    for await (const part of parts) {
      for (let rest = part; rest !== ''; ) {
        const { read, written } = encoder.encodeInto(rest, buffer.subarray(filled));
        filled += written;
        rest = rest.slice(read);
        if (rest === '') break;
        await file.write(buffer.subarray(0, filled));
        filled = 0;
      }
    }
    if (filled > 0) await file.write(buffer.subarray(0, filled));
  } finally {
    writeBuffers.giveBack(buffer);
  }
}
