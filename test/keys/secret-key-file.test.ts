import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeSecretKeyFile, readSecretKeyFile } from '../../server/keys/secret-key-file.ts';

describe('the secret key in the data folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'letterhead-key-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  test('the secret key file is private to its owner, and is read as it was made', async () => {
    expect(await readSecretKeyFile(folder)).toBeUndefined();
    const key = await makeSecretKeyFile(folder);
    expect(await readSecretKeyFile(folder)).toEqual(key);
    expect(await readdir(folder)).toEqual(['secret.key']);
    expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600);
  });

  test('a secret key file that the disk does not take is not left half-written, and the next start makes it', async () => {
    // The system refuses what is more in a file than the process may write.
    const room = new URL('../../server/keys/secret-key-file.ts', import.meta.url);
    const script = `const room = await import('${room}'); await room.makeSecretKeyFile(process.argv[1]);`;
    const command =
      'ulimit -f 0; exec "$0" --conditions=letterhead-source --input-type=module --eval "$1" "$2"';
    const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, script, folder], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`Error: ${join(folder, 'secret.key')} cannot be written: `);
    expect(await readSecretKeyFile(folder)).toBeUndefined();
    const key = await makeSecretKeyFile(folder);
    expect(await readSecretKeyFile(folder)).toEqual(key);
    expect(await readdir(folder)).toEqual(['secret.key']);
  });
});
