import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keysFromFile } from '../keys-file.ts';

const makeKeys = fileURLToPath(new URL('../../bench/make-keys.ts', import.meta.url));
const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'letterhead-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the keys of a file are drawn in order, and it is said once when they start over', async () => {
  const path = join(folder, 'keys.jsonl');
  await run(process.execPath, ['-C', 'letterhead-source', makeKeys, path, '3']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const notes: string[] = [];
  const source = await keysFromFile(path, (sentence) => notes.push(sentence));
  const round = [await source.take(1), await source.take(1), await source.take(1)];
  expect(new Set(round.map((pair) => pair.publicKey)).size).toBe(3);
  expect(notes).toEqual([]);
  for (let i = 0; i < 6; i += 1) expect(await source.take(1)).toBe(round[i % 3]);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain('All 3 keys');
  await source.close();
});

test('a key file that is missing, or holds something else, is refused', async () => {
  const note = () => {};
  await expect(keysFromFile(join(folder, 'none'), note)).rejects.toThrow('ENOENT');
  await writeFile(join(folder, 'other'), '{"public_key": 1}\n');
  await expect(keysFromFile(join(folder, 'other'), note)).rejects.toThrow('not a key');
  await writeFile(join(folder, 'empty'), '');
  await expect(keysFromFile(join(folder, 'empty'), note)).rejects.toThrow('no key');
});
