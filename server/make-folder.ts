import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './errno.ts';

/**
 * Makes a folder and those above it, and resolves to the topmost that was made; to undefined where it was there, if need
 * be behind a symbolic link. Rejects with the system's errors. Node's own recursive `mkdir` never ends where the system
 * says ENOENT below a folder that is there, as in `/proc`.
 */
export async function makeFolder(path: string, mode: number): Promise<string | undefined> {
  try {
    return await makeOneFolder(path, mode);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const topmost = await makeFolder(dirname(path), mode);
  const made = await makeOneFolder(path, mode);
  return topmost ?? made;
}

/** The folder, where it had to be made. */
async function makeOneFolder(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return undefined;
    throw error;
  }
}
