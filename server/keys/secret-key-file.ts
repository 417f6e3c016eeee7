import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFileError, unlessMissing } from '../errno.ts';
import { OPEN_FLAGS } from '../open-flags.ts';
import { syncFolder } from '../sync-folder.ts';
import { SECRET_KEY_LENGTH } from './key-encryption.ts';

export const SECRET_KEY_FILE = 'secret.key';

/** Reads the key that encrypts private keys from the data folder; undefined if there is no such file. */
export async function readSecretKeyFile(dataDir: string): Promise<Buffer | undefined> {
  const path = join(dataDir, SECRET_KEY_FILE);
  const text = await unlessMissing(readFile(path, { encoding: 'utf8', flag: OPEN_FLAGS.r })).catch(
    (error: unknown) => {
      throw new Error(`${path} cannot be read: ${describeFileError(error)}.`, { cause: error });
    },
  );
  if (text === null) return undefined;
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== SECRET_KEY_LENGTH) {
    throw new Error(`${path} is damaged: it should hold 32 bytes in base64. Restore it from a backup.`);
  }
  return key;
}

/**
 * Creates the key file and fsyncs it before the key is used, because what it encrypts cannot be read without it.
 * Written to a temporary file and renamed, so that a crash never leaves a part of it.
 */
export async function makeSecretKeyFile(dataDir: string): Promise<Buffer> {
  const key = randomBytes(SECRET_KEY_LENGTH);
  const path = join(dataDir, SECRET_KEY_FILE);
  const temporary = `${path}.tmp`;
  try {
    // Removes what a crash left, and a symbolic link, which must not be followed.
    await rm(temporary, { force: true });
    await writeFile(temporary, `${key.toString('base64')}\n`, {
      flag: OPEN_FLAGS.wx,
      mode: 0o600,
      flush: true,
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new Error(`${path} cannot be written: ${describeFileError(error)}.`, { cause: error });
  }
  await syncFolder(dataDir);
  return key;
}
