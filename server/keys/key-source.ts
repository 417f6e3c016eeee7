import { readFile } from 'node:fs/promises';
import { LetterheadError } from '@letterhead/shared';

/** An RSA-2048 key pair for DKIM. */
export interface KeyPair {
  /** DER SubjectPublicKeyInfo, base64, as published. */
  readonly publicKey: string;
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array;
}

/** Source of keys for new domains. */
export interface KeySource {
  /**
   * Takes a key for a domain of this account. Accounts are served in turn, the calls of one account in order. Rejects
   * with `unavailable` if no key can be generated, or too many calls of the account are waiting.
   */
  take(account: number): Promise<KeyPair>;
  /** Stops generating keys; waiting calls are rejected with `unavailable`. */
  close(): Promise<void>;
}

/** In seconds. */
const RETRY_AFTER = 5;

/** Error for a call that cannot get a key now. */
export function noKey(reason: string): LetterheadError {
  return new LetterheadError('unavailable', `${reason} Nothing was changed; try again in a few seconds.`, {
    retryAfter: RETRY_AFTER,
  });
}

/** One line of a key file. */
export function formatKeyLine({ publicKey, privateKey }: KeyPair): string {
  const line = { public_key: publicKey, private_key: Buffer.from(privateKey).toString('base64') };
  return `${JSON.stringify(line)}\n`;
}

/**
 * Reads real keys from a file of bench/make-keys.ts, for benchmarks and crash tests, where generating keys would
 * dominate the measurement. Starts over at the end, so that domains then share keys, and calls `warn` once.
 * Rejects if the file cannot be read or holds no key.
 */
export async function keysFromFile(path: string, warn: (sentence: string) => void): Promise<KeySource> {
  const pairs = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map(parseKeyLine);
  if (pairs.length === 0) throw new Error(`There is no key in ${path}.`);
  let taken = 0;
  return {
    async take() {
      const pair = pairs[taken % pairs.length];
      if (pair === undefined) throw noKey('The key file holds no key.');
      if (taken === pairs.length)
        warn(`All ${pairs.length} keys of ${path} are in use: they repeat from here.`);
      taken += 1;
      return pair;
    },
    async close() {},
  };
}

function parseKeyLine(line: string): KeyPair {
  const { public_key, private_key } = JSON.parse(line) as Record<string, unknown>; // checked in the next line
  if (typeof public_key !== 'string' || typeof private_key !== 'string') {
    throw new TypeError('A line of the key file is not a key.');
  }
  return { publicKey: public_key, privateKey: Buffer.from(private_key, 'base64') };
}
