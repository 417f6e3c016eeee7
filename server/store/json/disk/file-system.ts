import { isUtf8 } from 'node:buffer';
import * as calls from 'node:fs';
import { closeSync, openSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { FILE_LIMITS } from '../../../limits.ts';
import { makeFolder } from '../../../make-folder.ts';
import { OPEN_FLAGS, type OpenMode } from '../../../open-flags.ts';

/** The calls that the store makes to the file system, so that a test can let any one of them fail. */
export interface FileSystem {
  /**
   * Makes the folder and those above it (0700). The topmost that was made; undefined where it was there. Rejects with
   * ELOOP where a symbolic link stands in its place.
   */
  mkdir(path: string): Promise<string | undefined>;
  readdir(path: string): Promise<string[]>;
  /** @throws NotTextError where it is not UTF-8. */
  readText(path: string): Promise<string>;
  /**
   * `r` reads, `a` appends, `wx` makes a file and rejects with EEXIST where there is one. Rejects with ELOOP for a
   * symbolic link. A new file is the owner's alone (0600).
   */
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Removes a folder with all that is in it; does nothing where it is not there. */
  removeFolder(path: string): Promise<void>;
}

/** To be disposed of, which closes it. */
export interface OpenFile extends AsyncDisposable {
  /** Fills `into` from `position` on; how many bytes there were. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** All of it, after what was written before. */
  write(data: string | Uint8Array): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  sync(): Promise<void>;
}

const open = promisify(calls.open);
const read = promisify(calls.read);
const writeAll = promisify(calls.writeFile);
const truncate = promisify(calls.ftruncate);
const stat = promisify(calls.fstat);
const sync = promisify(calls.fsync);
const close = promisify(calls.close);

/** The machine's file system. */
export const nodeFileSystem: FileSystem = {
  mkdir: makeOwnFolder,
  readdir: (path) => fs.readdir(path),
  readText,
  open: async (path, mode) => asOpenFile(await open(path, OPEN_FLAGS[mode], 0o600)),
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  unlink: (path) => fs.unlink(path),
  removeFolder: (path) => fs.rm(path, { recursive: true, force: true }),
};

async function makeOwnFolder(path: string): Promise<string | undefined> {
  const made = await makeFolder(path, 0o700);
  if (made === undefined && (await fs.lstat(path)).isSymbolicLink())
    throw Object.assign(new Error(`ELOOP: ${path}`), { code: 'ELOOP', path });
  return made;
}

/** By its descriptor: at each call, a `FileHandle` of Node costs more. */
function asOpenFile(file: number): OpenFile {
  /** Nothing is left to be written, so that closing it takes less than asking a thread to. */
  let isSettled = true;
  return {
    async read(into, position) {
      let filled = 0;
      while (filled < into.length) {
        const { bytesRead } = await read(file, into, filled, into.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    write(data) {
      isSettled = false;
      return writeAll(file, data);
    },
    truncate(length) {
      isSettled = false;
      return truncate(file, length);
    },
    size: async () => (await stat(file)).size,
    async sync() {
      await sync(file);
      isSettled = true;
    },
    async [Symbol.asyncDispose]() {
      if (isSettled) closeSync(file);
      else await close(file);
    },
  };
}

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
 * A file's text. In a third of the time of node:fs/promises, and without a buffer a file for the garbage collector: a
 * start reads every account's file. It is opened and closed at once, since handing that to a thread takes longer.
 * @throws NotTextError where it is not UTF-8; the system's errors.
 */
async function readText(path: string): Promise<string> {
  const file = openSync(path, OPEN_FLAGS.r);
  const buffer = readBuffers.take();
  try {
    const { bytesRead } = await read(file, buffer, 0, BUFFER_SIZE, 0);
    return bytesRead < BUFFER_SIZE ? toText(buffer.subarray(0, bytesRead)) : await readLong(path);
  } finally {
    closeSync(file);
    readBuffers.giveBack(buffer);
  }
}

async function readLong(path: string): Promise<string> {
  return toText(await fs.readFile(path, { flag: OPEN_FLAGS.r }));
}

function toText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new NotTextError('it is not UTF-8 text');
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
