import { open } from 'node:fs/promises';

/** Fsyncs a folder, so that a file that was created or renamed in it is still there after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
