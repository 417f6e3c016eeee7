import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createLetterhead } from '@letterhead/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import packageJson from '../../server/package.json' with { type: 'json' };
import { makeWorkplace } from '../cli/letterhead-process.ts';
import { startLoopbackDns } from '../dns/loopback-dns.ts';
import { createEmptyDatabase } from '../postgres/test-database.ts';
import { PACKING } from './packing.ts';

const root = resolve(import.meta.dirname, '../..');
/** An empty project with only the packed product installed. */
const project = mkdtempSync(join(tmpdir(), 'letterhead-package-'));
const binaries = join(project, 'node_modules/.bin');
/** Without the checkout's binaries: the package brings its own Node. */
const PATH = [
  binaries,
  ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.startsWith(root)),
].join(delimiter);
const TOKEN = `lh_${randomBytes(32).toString('base64url')}`;

/** An import of a `.ts` file, or a URL of one such as a worker's. */
const NAMES_TYPESCRIPT = /(?:\bfrom |\bimport\(|\bURL\()['"`][^'"`]*\.ts['"`]/;

beforeAll(() => {
  // What a plain `npm pack` does first; its own package holds nothing.
  execFileSync('flock', [PACKING, 'npm', 'run', 'prepack', '--pack-destination', project], {
    cwd: root,
    stdio: 'pipe',
  });
  const tarballs = readdirSync(project).map((name) => `./${name}`);
  expect(tarballs).toEqual([`./letterhead-${packageJson.version}.tgz`]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'newcomer', private: true }));
  execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], {
    cwd: project,
    stdio: 'pipe',
  });
  // A registry may be slow.
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function makePackedWorkplace(settings: Record<string, string> = {}) {
  return makeWorkplace({ PATH, BOOTSTRAP_TOKEN: TOKEN, ...settings }, join(binaries, 'letterhead'));
}

test('npx finds the command of the installed package', async () => {
  const { stdout } = await promisify(execFile)('npx', ['letterhead', '--version'], {
    cwd: project,
    env: { PATH, HOME: project },
  });
  expect(stdout).toBe(`${packageJson.version}\n`);
});

test('the installed package is one folder of JavaScript, which names no TypeScript', () => {
  expect(readdirSync(join(project, 'node_modules')).filter((name) => name === '@letterhead')).toEqual([]);
  const files = globSync(join(project, 'node_modules/letterhead/dist/**/*.{js,ts}'));
  expect(files.length).toBeGreaterThan(100);
  expect(
    files.filter((file) => /\.ts$/.test(file) || NAMES_TYPESCRIPT.test(readFileSync(file, 'utf8'))),
  ).toEqual([]);
});

test('the installed package serves the API, the console and the reference', async () => {
  await using place = await makePackedWorkplace();
  const { url } = await place.serve();
  for (const path of ['/health/ready', '/', '/reference', '/openapi.json'])
    expect((await fetch(url + path)).status, path).toBe(200);
  const [script = ''] = /\/assets\/[^"]+\.js/.exec(await (await fetch(url)).text()) ?? [];
  expect((await fetch(url + script)).headers.get('content-type')).toContain('javascript');
});

test('the installed package generates keys, checks domains, and backs up', async () => {
  await using dns = await startLoopbackDns();
  await using place = await makePackedWorkplace({
    DNS_SERVERS: `127.0.0.1:${dns.port}`,
    DNS_ALLOW_PRIVATE: 'true',
    DNS_AUTHORITY_PORT: String(dns.port),
  });
  const server = await place.serve();
  const letterhead = createLetterhead({ url: server.url, token: TOKEN });
  const domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  for (const { hostname, value } of domain.dns_records)
    dns.publish(`${hostname}.example.org`, { TXT: [value] });
  expect(await letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id })).toMatchObject({
    verified: true,
  });
  const remote = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: TOKEN };
  expect((await place.run(['domain', 'list'], remote)).out).toContain('verified');
  expect(await place.run(['backup', 'all.tar.gz'], remote)).toMatchObject({ exit: 0 });
  await server.stop();
  expect((await place.run(['export'])).out).toContain('example.org');
  const restored = { DATA_DIR: join(place.folder, 'restored') };
  expect(await place.run(['restore', 'all.tar.gz'], restored)).toMatchObject({ exit: 0 });
  expect(await place.run(['check'], restored)).toMatchObject({ exit: 0 });
});

test('the installed package serves over PostgreSQL', async () => {
  await using database = await createEmptyDatabase();
  await using place = await makePackedWorkplace({
    DATABASE_URL: database.url,
    SECRET_KEY: randomBytes(32).toString('base64'),
  });
  expect(await place.run(['migrate'])).toMatchObject({ exit: 0 });
  const { url } = await place.serve();
  const accounts = await createLetterhead({ url, token: TOKEN }).accounts.list.query();
  expect(accounts).toHaveLength(1);
});
