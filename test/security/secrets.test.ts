import { createPrivateKey } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLetterhead } from '@letterhead/client';
import { afterEach, describe, expect, test } from 'vitest';
import { appRouter } from '../../server/router/index.ts';
import { authorizedProcedure } from '../../server/router/procedures.ts';
import { onTheFolder } from '../cli/both-connections.ts';
import { makeWorkplace } from '../cli/letterhead-process.ts';
import { LoopbackPrimary } from '../key-zone/loopback-primary.ts';
import { KEYS_FILE } from '../keys-file.ts';
import { startMailServer } from '../notices/mail-server.ts';
import { startTestServer } from '../running-server.ts';
import { routeEndpoints, trpcEndpoints } from './endpoints.ts';
import { LeakWatch } from './leak-watch.ts';
import { withRegisteredRoutes } from './registered-routes.ts';
import { callWithPermission } from './tenancy-matrix.ts';

/** A private key that the test servers draw from, in PKCS #8. */
async function knownKey(): Promise<Buffer> {
  const [line = ''] = (await readFile(KEYS_FILE, 'utf8')).split('\n');
  return Buffer.from(JSON.parse(line).private_key, 'base64');
}

const TOKEN = `lh_${'Ab1-'.repeat(10)}xyz`;

// The router's own record, which tRPC asks at each call.
const procedures: Record<string, unknown> = appRouter._def.procedures;

afterEach(() => {
  delete procedures['domains.leak'];
});

test('no procedure, route, log line or file gives away a private key or a token', {
  timeout: 120_000,
}, async () => {
  await using mail = await startMailServer();
  await using zone = await LoopbackPrimary.start();
  const environment = {
    ...mail.environment,
    ...zone.settings,
    RATE_LIMIT_PER_MINUTE: '0',
    RETURN_PATH_HOST: 'bounces.example',
  };
  const { started, routes } = await withRegisteredRoutes(() => startTestServer({ environment }));
  // Disposing of the server looks at all of it: see LeakWatch.
  await using server = started;
  const isApi = ({ url }: { url: string }) => url.startsWith('/api/') || url === '/metrics';
  expect(
    await callWithPermission(server, [...trpcEndpoints(), ...routeEndpoints(routes.filter(isApi))]),
  ).toEqual([
    // The second CNAME record of the domain is not published.
    'keys.rotate over tRPC: 422 rotation_under_way',
    'POST /api/v1/accounts/:account/domains/:id/keys: 422 rotation_under_way',
  ]);
  expect(server.log.length).toBeGreaterThan(100);
  expect(await readdir(join(server.dataDir, 'accounts'))).not.toEqual([]);
});

describe('the watch finds', () => {
  const forms: [string, (key: Buffer) => string | Buffer][] = [
    [
      'a key in PEM',
      (key) =>
        createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }),
    ],
    [
      'a key in PEM, escaped',
      (key) =>
        JSON.stringify(
          createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs1' }),
        ),
    ],
    ['a key in base64', (key) => key.toString('base64')],
    ['a key in base64url', (key) => key.toString('base64url')],
    ['a key in hexadecimal', (key) => key.toString('hex')],
    ['a key in bytes', (key) => key],
    ['a key that JSON has spelt as a Buffer', (key) => JSON.stringify(key)],
    ['a key that JSON has spelt as an array', (key) => JSON.stringify(new Uint8Array(key))],
    [
      'a key as a JWK',
      (key) =>
        JSON.stringify(createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })),
    ],
    ['a part of a key', (key) => key.toString('base64').slice(1000, 1100)],
    ['a part of a key, in hexadecimal', (key) => key.toString('hex').slice(1500, 1700)],
    ['a token', () => TOKEN],
  ];
  test.each(forms)('the leak watch finds %s in a file', async (_name, spell) => {
    await using place = await makeWorkplace();
    await mkdir(place.dataDir);
    await writeFile(
      join(place.dataDir, 'harmless.json'),
      '{"public_key":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"}',
    );
    await new LeakWatch().finish([], place.dataDir);
    await writeFile(join(place.dataDir, 'leak'), spell(await knownKey()));
    await expect(new LeakWatch().finish([], place.dataDir)).rejects.toThrow('in the file /leak');
  });

  test('the leak watch finds a token in the log', async () => {
    const server = await startTestServer();
    (server.log as string[]).push(`{"msg":"who came: ${server.token}"}`);
    await expect(server[Symbol.asyncDispose]()).rejects.toThrow('a token in the log');
  });

  test('a key or a token in an answer that was compressed', async () => {
    const key = (await knownKey()).toString('base64');
    procedures['domains.leak'] = authorizedProcedure
      .meta({ scope: null, summary: 'Leak', rest: { method: 'GET', path: '/leak', status: 200 } })
      .query(() => `${key} ${TOKEN} ${'long enough '.repeat(200)}`);
    const server = await startTestServer();
    await server.rest('GET', '/leak', { headers: { 'accept-encoding': 'br' } });
    const found = await server[Symbol.asyncDispose]().then(() => '', String);
    expect(found).toContain('a private key (PKCS #8 in base64) in the answer to GET /api/v1/leak');
    expect(found).toContain('a token in the answer to GET /api/v1/leak');
  });

  test('the leak watch finds a key or a token in an answer, over tRPC and over REST', async () => {
    const key = (await knownKey()).toString('base64');
    procedures['domains.leak'] = authorizedProcedure
      .meta({ scope: null, summary: 'Leak', rest: { method: 'GET', path: '/leak', status: 200 } })
      .query(() => `${key} ${TOKEN}`);
    const server = await startTestServer();
    const headers = { authorization: `Bearer ${server.token}` };
    await fetch(`${server.url}/trpc/domains.leak`, { headers });
    await server.rest('GET', '/leak');
    const found = await server[Symbol.asyncDispose]().then(() => '', String);
    for (const path of ['/trpc/domains.leak', '/api/v1/leak']) {
      expect(found).toContain(`a private key (PKCS #8 in base64) in the answer to GET ${path}`);
      expect(found).toContain(`a token in the answer to GET ${path}`);
    }
    expect(found).not.toContain(key.slice(0, 100));
  });
});

test('nothing in a leaked file can be used as a token', async () => {
  await using server = await startTestServer();
  await server.makeToken(['domains:read']);
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await server.letterhead.shares.create.mutate({ account: 1, id: 1 });
  const files = (await readdir(server.dataDir, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const words = new Set<string>();
  for (const { parentPath, name } of files) {
    for (const word of (await readFile(join(parentPath, name), 'utf8')).match(/[\w+/=-]{7,}/g) ?? [])
      words.add(word);
  }
  // A hash is as long as what follows a token's "lh_".
  const hashes = [...words].filter((word) => /^[\w-]{43}$/.test(word));
  expect(hashes.length).toBeGreaterThanOrEqual(3);
  for (const word of [...words, ...hashes.map((hash) => `lh_${hash}`)]) {
    expect((await server.rest('GET', '/token', { token: word })).status).toBe(401);
  }
});

test('private keys are encrypted in the file, and the key that decrypts them is private to its owner', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { domains } = JSON.parse(await readFile(join(server.dataDir, 'accounts', '1.json'), 'utf8'));
  expect(domains[0].keys[0].private_key).toMatch(/^v1\.[\w-]{1600,}$/);
  expect(((await stat(join(server.dataDir, 'secret.key'))).mode & 0o777).toString(8)).toBe('600');
});

test('the files of the data folder are private to their owner', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const entries = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
  const open = await Promise.all(
    entries.map(async ({ parentPath, name }) => {
      const { mode } = await stat(join(parentPath, name));
      return (mode & 0o077) === 0 ? [] : [name];
    }),
  );
  expect(open.flat()).toEqual([]);
});

test('a process at log level trace logs no secret, and keeps none in the clear', async () => {
  const secretKey = Buffer.alloc(32, 7).toString('base64');
  await using place = await makeWorkplace({
    SECRET_KEY: secretKey,
    BOOTSTRAP_TOKEN: TOKEN,
    LOG_LEVEL: 'trace',
  });
  const server = await place.serve();
  const letterhead = createLetterhead({ url: server.url, token: TOKEN });
  await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { token } = await letterhead.tokens.create.mutate({ account: 1, name: 'x', scopes: ['admin'] });
  await createLetterhead({ url: server.url, token }).tokens.current.query();
  await fetch(`${server.url}/api/v1/token?token=${TOKEN}`, {
    headers: { authorization: `Bearer ${TOKEN}x` },
  });
  const { out, err } = await server.stop();
  await new LeakWatch().finish([out, err], place.dataDir);
  expect(err.split('\n').length).toBeGreaterThan(5);
  expect(out + err).not.toContain(secretKey);
  for (const name of await readdir(place.dataDir)) expect(name).not.toBe('secret.key');
});

test('the command line prints no private key that it imports or exports, however wrong its tables are', async () => {
  await using place = await onTheFolder();
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-secrets-'));
  try {
    const key = (await knownKey()).toString('base64');
    const pem = `-----BEGIN PRIVATE KEY-----\n${key.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
    const header = 'domain,selector,private_key,key_file\n';
    const files = {
      'good.csv': `${header}example.org,a,"${pem}",\n`,
      'cut.csv': `${header}cut.example,a,"${pem.slice(0, 1_000)}",\n`,
      'unquoted.csv': `${header}example.net,a,${pem}`,
      'shifted.csv': `${header}"${pem}",example.net,a,\n`,
      'swapped.csv': `${header}example.net,"${pem}",a,\n`,
      'named.csv': `${header}example.net,a,,"${pem}"\n`,
      KeyTable: `a example.com:a:${key}\nexample.net:a:${key}\n${key}\n`,
      'selectors.map': 'example.net a\n',
      'paths.map': `example.net ${key}\n`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const printed: string[] = [];
    const run = async (...argv: string[]) => {
      const { exit, out, err } = await place.run(...argv);
      printed.push(out, err);
      return exit;
    };
    for (const json of [[], ['--json']])
      for (const format of ['csv', 'opendkim', 'rspamd'])
        for (const path of format === 'csv'
          ? Object.keys(files).filter((name) => name.endsWith('csv'))
          : ['.'])
          await run('import', '--format', format, '--unproved', ...json, join(folder, path));
    for (const format of ['opendkim', 'rspamd', 'exim', 'pem'])
      expect(await run('keys', 'export', '--format', format, '--unverified', join(folder, 'out'))).toBe(0);
    expect(printed.join('').match(/^Imported .*$/gm)).toHaveLength(2);
    expect(printed.join('').match(/^Exported 2 keys/gm)).toHaveLength(4);
    await new LeakWatch().finish(printed, place.environment['DATA_DIR'] ?? '');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a wrong SECRET_KEY is reported in one line at the start, before anything is written', async () => {
  await using place = await makeWorkplace();
  const server = await place.serve({
    SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    BOOTSTRAP_TOKEN: TOKEN,
  });
  await createLetterhead({ url: server.url, token: TOKEN }).domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  await server.stop();
  const before = await snapshot(place.dataDir);
  const { exit, out, err } = await place.run(['serve'], {
    SECRET_KEY: Buffer.alloc(32, 2).toString('base64'),
  });
  expect([exit, out]).toEqual([3, '']);
  expect(err).toMatch(/^letterhead: SECRET_KEY is not the key [^\n]+\n$/);
  expect(await snapshot(place.dataDir)).toEqual(before);
});

/** Every file with its content and when it was written. */
async function snapshot(folder: string): Promise<Record<string, unknown>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const looks = files.map(
    async (path) => [path, await readFile(path, 'utf8'), (await stat(path)).mtimeMs] as const,
  );
  return Object.fromEntries(
    (await Promise.all(looks)).map(([path, text, written]) => [path, { text, written }]),
  );
}
