import { readFile } from 'node:fs/promises';
import { LetterheadError } from '@letterhead/shared';

/** An RSA-2048 key pair for DKIM. */
export interface KeyPair {
  /** DER SubjectPublicKeyInfo, base64: what is published. */
  readonly publicKey: string;
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array;
}

/** Where new domains' keys come from. */
export interface KeySource {
  /**
   * For a domain of this account: accounts are served in turn, and the calls of one in order. Rejects with
   * `unavailable` where no key can be had, or too many calls of the account wait for theirs.
   */
  take(account: number): Promise<KeyPair>;
  /** Lets go of what makes the keys; those who still wait are refused with `unavailable`. */
  close(): Promise<void>;
}

/** Seconds after which somebody who got no key may ask again. */
const RETRY_AFTER = 5;

/** What those hear who cannot be given a key now. */
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
 * Draws real keys from a file that bench/make-keys.ts made: for benchmarks and crash tests, where making each
 * key would be all that is measured. Starts over at the end, so that domains then share keys; `warn` is told so,
 * once. Rejects where the file cannot be read or holds no key.
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
