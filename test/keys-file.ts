import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real keys for tests that are not about making them: made once, kept beside the installed packages. */
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
