import { BufferPool } from './buffer-pool.ts';
import type { OpenFile } from './file-system.ts';

/** Text is handed to the disk in pieces of this many bytes, so that the process breathes in between. */
const PIECE = 128 * 1024;

const encoder = new TextEncoder();
const buffers = new BufferPool(PIECE);

/** In parts, which are asked for while they are written. */
export type Text = Iterable<string> | AsyncIterable<string>;

/**
 * Writes text as UTF-8, part by part, through a buffer that serves the next file again: with a new one for each,
 * the garbage collector goes through a full store far more often than its own content asks for.
 */
export async function writeText(file: OpenFile, parts: Text): Promise<void> {
  const buffer = buffers.take();
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
    buffers.giveBack(buffer);
  }
}
