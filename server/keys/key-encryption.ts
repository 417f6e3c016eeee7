import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { LetterheadError } from '@letterhead/shared';
import type { RandomSource } from '../random.ts';

/** Owner of a private key, by ids that are never reused. */
export interface KeyOwner {
  readonly account: number;
  readonly domain: number;
}

/** The same for the secret of a webhook. */
export interface WebhookOwner {
  readonly account: number;
  readonly webhook: number;
}

type Owner = KeyOwner | WebhookOwner;

/** Encrypts private keys, and secrets of webhooks, at rest. */
export interface KeyCipher {
  /** Returns a text that can be decrypted with the same secret and for the same owner only. */
  encrypt(privateKey: Uint8Array, owner: Owner): string;
  /** Throws `unavailable` if the text is another owner's, was altered, or was encrypted with another secret. */
  decrypt(encrypted: string, owner: Owner): Uint8Array;
  /** Returns a text to store beside the data, to detect a wrong secret at startup. */
  makeKeyCheck(): string;
  /** Whether the text was encrypted with this secret. */
  verifyKeyCheck(text: string): boolean;
}

/** The length of the secret, in bytes. */
export const SECRET_KEY_LENGTH = 32;

const ALGORITHM = 'aes-256-gcm';
/** 96 bits as recommended for GCM, and its longest tag, 128 bits (NIST SP 800-38D §5.2.1). */
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
/** In seconds; the operator has to repair it first. */
const RETRY_AFTER = 60;
const KEY_CHECK = 'letterhead key check';

/**
 * AES-256-GCM with a random nonce each time; the text is `v1.` and the base64url of nonce, ciphertext and tag.
 * Throws a `RangeError` if the secret is not 32 bytes.
 */
export function createKeyCipher(secretKey: Uint8Array, random: RandomSource): KeyCipher {
  if (secretKey.length !== SECRET_KEY_LENGTH) {
    throw new RangeError(`The secret key has ${secretKey.length} bytes in place of ${SECRET_KEY_LENGTH}.`);
  }
  // As bytes, it would be read anew each time, which takes four times as long as to encrypt or to decrypt.
  const key = createSecretKey(secretKey);
  return {
    encrypt: (privateKey, owner) => encryptWith(privateKey, key, random(NONCE_LENGTH), associatedData(owner)),
    decrypt(encrypted, owner) {
      const privateKey = decryptWith(encrypted, key, associatedData(owner));
      if (privateKey === null) throw cannotDecrypt(owner);
      return privateKey;
    },
    makeKeyCheck: () => encryptWith(Buffer.from(KEY_CHECK), key, random(NONCE_LENGTH), KEY_CHECK),
    verifyKeyCheck: (text) => decryptWith(text, key, KEY_CHECK)?.toString() === KEY_CHECK,
  };
}

/** Binds the ciphertext to its owner: moved to another domain, it cannot be decrypted. */
function associatedData(owner: Owner): string {
  return 'domain' in owner
    ? `letterhead private key, account ${owner.account}, domain ${owner.domain}`
    : `letterhead webhook secret, account ${owner.account}, webhook ${owner.webhook}`;
}

function encryptWith(plain: Uint8Array, key: KeyObject, nonce: Uint8Array, associated: string): string {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(Buffer.from(associated));
  const encrypted = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `v1.${encrypted.toString('base64url')}`;
}

/** Null if decryption fails for any reason; the library's error adds nothing useful. */
function decryptWith(text: string, key: KeyObject, associated: string): Buffer | null {
  const encrypted = Buffer.from(text.slice('v1.'.length), 'base64url');
  // Compares with the re-encoded text, because Buffer ignores characters outside base64url.
  if (text !== `v1.${encrypted.toString('base64url')}` || encrypted.length < NONCE_LENGTH + TAG_LENGTH)
    return null;
  const decipher = createDecipheriv(ALGORITHM, key, encrypted.subarray(0, NONCE_LENGTH), {
    authTagLength: TAG_LENGTH,
  });
  decipher.setAAD(Buffer.from(associated));
  decipher.setAuthTag(encrypted.subarray(-TAG_LENGTH));
  const plain = decipher.update(encrypted.subarray(NONCE_LENGTH, -TAG_LENGTH));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return null;
  }
}

function cannotDecrypt(owner: Owner): LetterheadError {
  const what =
    'domain' in owner
      ? `The private key of domain ${owner.domain}`
      : `The secret of webhook ${owner.webhook}`;
  return new LetterheadError(
    'unavailable',
    `${what} of account ${owner.account} does not open: it was damaged, or encrypted with another SECRET_KEY.`,
    { retryAfter: RETRY_AFTER },
  );
}
