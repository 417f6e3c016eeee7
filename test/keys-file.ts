import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KeyPair, KeySource } from '../server/keys/key-source.ts';

/** File of real keys for tests that need not generate them; created once, in the cache of node_modules. */
export const KEYS_FILE = fileURLToPath(
  new URL('../node_modules/.cache/letterhead/keys.jsonl', import.meta.url),
);

const KEY_COUNT = 48;

/** Vitest calls this before the first test. */
export default function makeKeysOnce(): void {
  if (existsSync(KEYS_FILE)) return;
  mkdirSync(dirname(KEYS_FILE), { recursive: true });
  const unfinished = `${KEYS_FILE}.${process.pid}`;
  execFileSync('node', [
    '--conditions=letterhead-source',
    'bench/make-keys.ts',
    unfinished,
    String(KEY_COUNT),
  ]);
  renameSync(unfinished, KEYS_FILE);
}

/** One line of a key file. */
export function formatKeyLine({ publicKey, privateKey }: KeyPair): string {
  const line = { public_key: publicKey, private_key: Buffer.from(privateKey).toString('base64') };
  return `${JSON.stringify(line)}\n`;
}

/**
 * Reads real keys from a file of bench/make-keys.ts, where generating them would dominate what is measured. Starts over
 * at the end, so that domains then share keys, and calls `warn` once. Rejects if the file cannot be read or holds no key.
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
      if (pair === undefined) throw new RangeError(`Key ${taken} was taken.`);
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
