import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { OPEN_FLAGS, type OpenMode } from '../../open-flags.ts';
import { readText } from './text-io.ts';

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
  /** Removes a folder with all that is in it; content where it is not there. */
  removeFolder(path: string): Promise<void>;
}

export interface OpenFile {
  /** Fills `into` from `position` on; how many bytes there were. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** All of it, after what was written before. */
  write(data: string | Uint8Array): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The machine's file system. */
export const nodeFileSystem: FileSystem = {
  mkdir: makeFolder,
  readdir: (path) => fs.readdir(path),
  readText,
  open: async (path, mode) => asOpenFile(await fs.open(path, OPEN_FLAGS[mode], 0o600)),
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  unlink: (path) => fs.unlink(path),
  removeFolder: (path) => fs.rm(path, { recursive: true, force: true }),
};

/** Node's own recursive `mkdir` never ends where the system says ENOENT below a folder that is there, as in `/proc`. */
async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await makeOneFolder(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const topmost = await makeFolder(dirname(path));
  const made = await makeOneFolder(path);
  return topmost ?? made;
}

/** The folder, where it had to be made. */
async function makeOneFolder(path: string): Promise<string | undefined> {
  try {
    await fs.mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const found = await fs.lstat(path);
    if (found.isSymbolicLink()) throw Object.assign(new Error(`ELOOP: ${path}`), { code: 'ELOOP', path });
    if (!found.isDirectory()) throw error;
    return undefined;
  }
}

function asOpenFile(handle: fs.FileHandle): OpenFile {
  return {
    async read(into, position) {
      let filled = 0;
      while (filled < into.length) {
        const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    write: (data) => handle.writeFile(data),
    truncate: (length) => handle.truncate(length),
    size: async () => (await handle.stat()).size,
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

/** What the system called the failure: `ENOSPC`, `EIO`, …; undefined where it was no such failure. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The result, or null where the file is not there. Every other failure stays one. */
export async function unlessMissing<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
