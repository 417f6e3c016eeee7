import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../postgres/test-database.ts';

const SECRET_KEY = randomBytes(32).toString('base64');
/** PgBouncer refuses to run as root. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** PgBouncer in front of the database. */
async function startPooler({ url }: TestDatabase, mode: string) {
  const folder = mkdtempSync(join(tmpdir(), 'letterhead-pgbouncer-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const settings = [
    '[databases]',
    `* = host=127.0.0.1 port=${inject('postgresPort')} user=postgres`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
  ];
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, settings.join('\n'));
  const child = spawn('pgbouncer', [file], { ...UNPRIVILEGED, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of child.stderr) if (String(line).includes('process up')) break;
  return {
    url: url.replace(/:\d+\//, `:${port}/`),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

test.each(['transaction', 'statement'])(
  'a pooler in %s mode is refused in one line, before anything is made',
  async (mode) => {
    await using database = await createEmptyDatabase();
    await using pooler = await startPooler(database, mode);
    for (const _ of [1, 2])
      expect(await runInProcess(['account', 'list'], { SECRET_KEY, DATABASE_URL: pooler.url })).toEqual({
        exit: 3,
        out: '',
        err: 'letterhead: The database of DATABASE_URL cannot be used: a connection pooler is in the way. Set its pool_mode to session.\n',
      });
    expect(await database.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
  },
);

test('a pooler in session mode is as good as none', async () => {
  await using database = await createDatabase();
  await using pooler = await startPooler(database, 'session');
  const environment = { SECRET_KEY, DATABASE_URL: pooler.url };
  for (const name of ['One', 'Two'])
    expect(await runInProcess(['account', 'create', name], environment)).toMatchObject({ exit: 0, err: '' });
});
