import { join } from 'node:path';
import type { RandomSource } from '../random.ts';
import type { KeyCipher } from './key-encryption.ts';
import { createKeyCipher } from './key-encryption.ts';
import { makeSecretKeyFile, readSecretKeyFile, SECRET_KEY_FILE } from './secret-key-file.ts';

/** Stores the key check, by which a wrong secret key is detected; the store's settings implement it. */
export interface SecretKeyCheck {
  get(key: 'secret_key_check'): Promise<string | null>;
  setOnce(key: 'secret_key_check', value: string): Promise<string>;
}

export interface KeyCipherOptions {
  readonly dataDir: string;
  /** SECRET_KEY; null: the key file in the data folder, which is created if the installation is new. */
  readonly secretKey: Uint8Array | null;
  readonly check: SecretKeyCheck;
  readonly random: RandomSource;
}

/**
 * Creates the cipher of the installation's private keys. Rejects, before anything is written, if the secret key is not
 * the one that they were encrypted with.
 */
export async function openKeyCipher({
  dataDir,
  secretKey,
  check,
  random,
}: KeyCipherOptions): Promise<KeyCipher> {
  const known = await check.get('secret_key_check');
  const key =
    secretKey ??
    (await readSecretKeyFile(dataDir)) ??
    (known === null ? await makeSecretKeyFile(dataDir) : null);
  if (key === null) {
    throw new Error(
      `${join(dataDir, SECRET_KEY_FILE)} is missing, and SECRET_KEY is not set: the private keys can't be read without it. Restore the file or set SECRET_KEY.`,
    );
  }
  const cipher = createKeyCipher(key, random);
  // Of several servers that start at once, the first one decides.
  const kept = known ?? (await check.setOnce('secret_key_check', cipher.makeKeyCheck()));
  if (!cipher.verifyKeyCheck(kept)) {
    const name = secretKey === null ? join(dataDir, SECRET_KEY_FILE) : 'SECRET_KEY';
    throw new Error(
      `${name} is not the key that this installation's private keys are encrypted with. Nothing was changed.`,
    );
  }
  return cipher;
}
