import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import packageJson from '../../server/package.json' with { type: 'json' };
import { startTestServer } from '../running-server.ts';
import type { Workplace } from './letterhead-process.ts';
import { LETTERHEAD, makeWorkplace, SEARCH_PATH } from './letterhead-process.ts';

const shell = promisify(execFile);
const LAUNCHER = fileURLToPath(new URL('../../server/cli/letterhead.js', import.meta.url));

let place: Workplace;

beforeEach(async () => {
  place = await makeWorkplace();
});

afterEach(() => place[Symbol.asyncDispose]());

test('the binary prints its version, and leaves nothing behind', async () => {
  expect(await place.run(['version'])).toEqual({ exit: 0, out: `${packageJson.version}\n`, err: '' });
  expect(await readdir(place.folder)).toEqual([]);
});

test.each(['--version', '-v'])(
  '%s prints the version, and loads nothing but the launcher',
  async (option) => {
    const coverage = join(place.folder, 'coverage');
    const { exit, out } = await place.run([option], { NODE_V8_COVERAGE: coverage });
    expect({ exit, out }).toEqual({ exit: 0, out: `${packageJson.version}\n` });
    expect((await loadedFiles(coverage)).map((file) => basename(file))).toEqual(['letterhead.js']);
  },
);

test('help is printed without loading the server or the store', async () => {
  const coverage = join(place.folder, 'coverage');
  expect((await place.run(['domain', '--help'], { NODE_V8_COVERAGE: coverage })).exit).toBe(0);
  const loaded = await loadedFiles(coverage);
  expect(loaded.some((file) => file.endsWith('/server/cli/commands/domain-commands.ts'))).toBe(true);
  expect(loaded.filter((file) => /fastify|pino|@trpc|server\/(?:http|installation)/.test(file))).toEqual([]);
});

/** Files that a process loaded, as V8's coverage lists them. */
async function loadedFiles(coverage: string): Promise<string[]> {
  const files = await Promise.all(
    (await readdir(coverage)).map((name) => readFile(join(coverage, name), 'utf8')),
  );
  return files
    .flatMap((text): string[] => JSON.parse(text).result.map(({ url }: { url: string }) => url))
    .filter((url) => url.startsWith('file:'));
}

test('the binary replaces a lost token while the server is stopped', async () => {
  await (await place.serve()).stop();
  const { exit, out, err } = await place.run(['token', 'create', '--scope', 'admin', '--account', '1']);
  expect({ exit, err }).toEqual({ exit: 0, err: '' });

  const server = await place.serve();
  const answer = await fetch(`${server.url}/api/v1/accounts`, {
    headers: { authorization: `Bearer ${out.trim()}` },
  });
  expect(answer.status).toBe(200);
});

test('the binary talks to the server that LETTERHEAD_URL names, and not to the folder', async () => {
  await using server = await startTestServer();
  const environment = { LETTERHEAD_URL: `${server.url}/`, LETTERHEAD_TOKEN: server.token };
  const added = await place.run(['domain', 'add', 'example.org', '--json'], environment);
  expect({ exit: added.exit, err: added.err }).toEqual({ exit: 0, err: '' });
  const { body } = await server.rest('GET', '/accounts/1/domains/1');
  expect(JSON.parse(added.out)).toEqual(body.data);
  expect(existsSync(place.dataDir)).toBe(false);
});

test('a person who suspends their own account is told what to do, and it works', async () => {
  const token = `lh_${'b'.repeat(43)}`;
  const server = await place.serve({ BOOTSTRAP_TOKEN: token });
  const remote = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token };
  await place.run(['account', 'create', 'Other desk'], remote);
  expect((await place.run(['account', 'suspend', '2'], remote)).out).not.toContain('stop the server');
  const { exit, out } = await place.run(['account', 'suspend', '1'], remote);
  expect(exit).toBe(0);
  expect(out).toContain('stop the server and resume it in the data folder');
  expect((await place.run(['account', 'resume', '1'], remote)).exit).toBe(3);
  await server.stop();
  expect((await place.run(['account', 'resume', '1'])).exit).toBe(0);
});

test('the binary says who holds the folder, and how to talk to that server', async () => {
  const server = await place.serve();
  const { exit, out, err } = await place.run(['domain', 'list']);
  expect({ exit, out }).toEqual({ exit: 3, out: '' });
  expect(err).toMatch(
    new RegExp(
      `^letterhead: The data folder ${place.dataDir} is in use by process ${server.pid} on .+\\.\\n$`,
    ),
  );
  expect(err).toContain('set LETTERHEAD_URL and LETTERHEAD_TOKEN');
});

test('the binary exits quietly when the reader of its output goes away', async () => {
  await place.run(['account', 'create', 'Help desk']);
  for (const command of ['--help', 'account list', 'account list --json', 'export', 'events']) {
    const script = `{ '${LETTERHEAD}' ${command}; echo "ended with $?" >&2; } | true`;
    const { stderr } = await shell('sh', ['-c', script], { env: environment() });
    expect(stderr, command).toBe('ended with 0\n');
  }
});

// The system's own file that is always full.
if (existsSync('/dev/full')) {
  test('the binary says that its output cannot be written', async () => {
    await place.run(['account', 'create', 'Help desk']);
    for (const command of ['account list', 'export --format csv']) {
      const ended = shell('sh', ['-c', `'${LETTERHEAD}' ${command} > /dev/full`], { env: environment() });
      await expect(ended, command).rejects.toMatchObject({
        code: 3,
        stderr: 'letterhead: The output cannot be written: its disk is full.\n',
      });
    }
  });
}

test('npx finds the binary', async () => {
  const { stdout } = await shell('npx', ['letterhead', 'version'], {
    env: { PATH: process.env['PATH'], HOME: place.folder },
  });
  expect(stdout).toBe(`${packageJson.version}\n`);
});

const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find(isTooOld);

if (oldNode !== undefined) {
  test('the binary tells an old Node in one line that it is too old', async () => {
    await expect(shell(oldNode, [LAUNCHER, 'version'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^Letterhead needs Node 22\.19 or newer, and this is \d+\.\d+\.\d+\. .+\n$/,
      ),
    });
  });
}

function environment() {
  return { PATH: SEARCH_PATH, DATA_DIR: place.dataDir };
}

function isTooOld(node: string): boolean {
  if (!existsSync(node)) return false;
  const version = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 22 || (major === 22 && minor < 19);
}
