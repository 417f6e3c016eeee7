import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { addressOf } from '../../bench/free-port.ts';
import { startTestServer, type TestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf, publishRecords } from '../signing/sending-account.ts';
import { onTheFolder } from './both-connections.ts';
import { makeWorkplace } from './letterhead-process.ts';
import { runInProcess } from './run-in-process.ts';

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'letterhead-export-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** Paths below the folder, without the manifest. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function publicKeyOf(pem: string): string {
  return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }).toString('base64');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Commands with a token that may fetch keys. */
async function commandsFor(server: TestServer) {
  const token = await server.makeToken(['domains:read', 'keys:read']);
  return (...argv: string[]) => runInProcess(argv, { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token });
}

const ON = { environment: { KEY_DELIVERY: 'true' } };

test.each([
  [
    'opendkim',
    {
      KeyTable: 'S._domainkey.example.org example.org:S:F',
      SigningTable: '*@example.org S._domainkey.example.org',
    },
  ],
  ['rspamd', { 'selectors.map': 'example.org S', 'paths.map': 'example.org F' }],
  ['exim', { selectors: 'example.org: S', private_keys: 'example.org: F' }],
  ['pem', {}],
])('an export for %s has its tables and key files that nobody else can read', async (format, tables) => {
  await using place = await onTheFolder();
  await using folder = await temporaryFolder();
  const added = await place.json('domain', 'add', 'example.org');
  const selector = added.dns_records[0].hostname.split('.')[0];
  const run = await place.run('keys', 'export', '--format', format, '--unverified', folder.path);
  expect(run).toMatchObject({ exit: 0, out: `Exported 1 key to ${folder.path}.\n` });
  const keyFile = `keys/example.org/${selector}.pem`;
  expect(await filesIn(folder.path)).toEqual([...Object.keys(tables), keyFile].sort());
  for (const [name, line] of Object.entries(tables))
    expect(await readFile(join(folder.path, name), 'utf8')).toBe(
      `${line
        .replaceAll('S.', `${selector}.`)
        .replace(/S(?=:|$)/, selector)
        .replace(/F$/, join(folder.path, keyFile))}\n`,
    );
  const path = join(folder.path, keyFile);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(publicKeyOf(await readFile(path, 'utf8'))).toBe(added.dns_records[0].value.replace('k=rsa;p=', ''));
});

test('an export has the keys of verified domains, nothing of those that went, and leaves other files alone', async () => {
  await using server = await startTestServer({
    ...ON,
    dns: { zones: { 'example.org': {}, 'example.net': {} } },
  });
  await using folder = await temporaryFolder();
  const run = await commandsFor(server);
  const exportAll = () => run('keys', 'export', '--format', 'exim', folder.path);
  const domains = [
    await addVerifiedDomain(server, 'example.org'),
    await addVerifiedDomain(server, 'example.net'),
  ];
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'mail.example.org' });
  expect(await exportAll()).toMatchObject({ exit: 0 });
  const keyFiles = domains.map(
    ({ domain, dns_records }) => `keys/${domain}/${dns_records[0]?.hostname.split('.')[0]}.pem`,
  );
  expect(await filesIn(folder.path)).toEqual([...keyFiles, 'private_keys', 'selectors'].sort());
  for (const [at, domain] of domains.entries())
    expect(publicKeyOf(await readFile(join(folder.path, keyFiles[at] ?? ''), 'utf8'))).toBe(
      keyRecordOf(domain).replace('k=rsa;p=', ''),
    );

  const own = join(folder.path, 'keys', 'mine.pem');
  await writeFile(own, 'mine');
  await server.letterhead.domains.delete.mutate({ account: 1, id: domains[0]?.id ?? 0 });
  expect(await exportAll()).toMatchObject({ exit: 0, out: `Exported 1 key to ${folder.path}.\n` });
  expect(await filesIn(folder.path)).toEqual(
    [keyFiles[1], 'keys/mine.pem', 'private_keys', 'selectors'].sort(),
  );
  expect(await readdir(join(folder.path, 'keys'))).toEqual(['example.net', 'mine.pem']);
});

test('a key that a killed export was about to put in its place goes with its domain', async () => {
  await using place = await onTheFolder();
  await using folder = await temporaryFolder();
  const added = await place.json('domain', 'add', 'example.org');
  const run = () => place.run('keys', 'export', '--format', 'pem', '--unverified', folder.path);
  await run();
  const keyFile = `keys/example.org/${added.dns_records[0].hostname.split('.')[0]}.pem`;
  // As a kill before the rename leaves it.
  await rename(join(folder.path, keyFile), join(folder.path, `${keyFile}.tmp`));
  await place.run('domain', 'remove', 'example.org', '--yes');
  expect(await run()).toMatchObject({ exit: 0 });
  expect(await readdir(join(folder.path, 'keys'))).toEqual([]);
});

test('an export that follows its account tells the mail server of every change and of nothing else', async () => {
  await using server = await startTestServer(ON);
  await using folder = await temporaryFolder();
  const token = await server.makeToken(['domains:read', 'keys:read']);
  // Removing it ends what was started in it.
  await using place = await makeWorkplace({ LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token });
  const log = join(folder.path, 'reloads');
  const reload = `cat ${folder.path}/selectors >> ${log}; echo - >> ${log}`;
  place.start(['keys', 'export', '--format', 'exim', '--watch', '--reload', reload, folder.path]);
  const reloads = async () =>
    (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  await expect.poll(reloads, { timeout: 10_000 }).toEqual(['-']);
  const domain = await addVerifiedDomain(server, 'example.org');
  const line = `example.org: ${domain.dns_records[0]?.hostname.split('.')[0]}`;
  await expect.poll(reloads, { timeout: 10_000 }).toEqual(['-', line, '-']);
  // Nothing of this concerns a mail server.
  await server.makeToken(['domains:read']);
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.net' });
  await server.letterhead.domains.delete.mutate({ account: 1, id: domain.id });
  await expect.poll(reloads, { timeout: 10_000 }).toEqual(['-', line, '-', '-']);
  expect(await filesIn(folder.path)).toEqual(['private_keys', 'reloads', 'selectors']);
});

test.skipIf(process.platform !== 'linux')(
  'an export into a folder that the system does not let anybody make says so, and ends',
  async () => {
    await using place = await onTheFolder();
    await place.json('domain', 'add', 'example.org');
    expect(await place.run('keys', 'export', '--format', 'pem', '/proc/letterhead')).toMatchObject({
      exit: 3,
      err: 'letterhead: /proc/letterhead cannot be written: nothing can be made there.\n',
    });
  },
);

test('an export says that the list of what it wrote before is damaged, and writes again once that is removed', async () => {
  await using place = await onTheFolder();
  await using folder = await temporaryFolder();
  await place.json('domain', 'add', 'example.org');
  const run = () => place.run('keys', 'export', '--format', 'pem', '--unverified', folder.path);
  const list = join(folder.path, '.letterhead-export.json');
  for (const content of ['{', '"x"']) {
    await writeFile(list, content);
    const { exit, err } = await run();
    expect(exit).toBe(3);
    expect(err).toContain(`letterhead: ${list} is damaged, `);
  }
  await rm(list);
  expect((await run()).exit).toBe(0);
});

test('an export says what it lacks: a server that gives out no keys, a scope, the data folder', async () => {
  await using off = await startTestServer();
  await using folder = await temporaryFolder();
  await addVerifiedDomain(off, 'example.org');
  const environment = { LETTERHEAD_URL: off.url, LETTERHEAD_TOKEN: off.token };
  const args = ['keys', 'export', '--format', 'pem', folder.path];
  expect(await runInProcess(args, environment)).toMatchObject({
    exit: 3,
    err: expect.stringContaining('started with KEY_DELIVERY=true'),
  });
  expect(await runInProcess([...args, '--unverified'], environment)).toMatchObject({
    exit: 2,
    err: expect.stringContaining('--unverified needs DATA_DIR'),
  });
  await using server = await startTestServer(ON);
  await addVerifiedDomain(server, 'example.org');
  expect(
    await runInProcess(args, { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token }),
  ).toMatchObject({ exit: 3, err: expect.stringContaining('lacks the scope keys:read') });
  expect(await filesIn(folder.path)).toEqual([]);
});

test('a mail server that does not reload ends an export as an error, and is told by the next one', async () => {
  await using place = await onTheFolder();
  await using folder = await temporaryFolder();
  await place.json('domain', 'add', 'example.org');
  const run = (...more: string[]) =>
    place.run('keys', 'export', '--format', 'exim', '--unverified', folder.path, ...more);
  expect(await run('--reload', 'exit 7')).toMatchObject({
    exit: 3,
    err: expect.stringContaining('the command of --reload failed: exit 7'),
  });
  const log = join(folder.path, 'reloads');
  expect(await run('--reload', `echo - >> ${log}; exit 7`)).toMatchObject({ exit: 3 });
  expect(await run('--reload', `echo - >> ${log}`)).toMatchObject({ exit: 0 });
  // What it has been told is not told again.
  expect(await run('--reload', `echo - >> ${log}`)).toMatchObject({ exit: 0 });
  expect(await readFile(log, 'utf8')).toBe('-\n-\n');
});

test.skipIf(process.platform === 'win32')(
  'a reload that hangs is ended with what it has started, and is tried again by the next export',
  async () => {
    await using place = await onTheFolder();
    await using folder = await temporaryFolder();
    await place.json('domain', 'add', 'example.org');
    const [pid, log] = [join(folder.path, 'pid'), join(folder.path, 'reloads')];
    const hasStarted = () => vi.waitUntil(() => readFile(pid, 'utf8').catch(() => ''), { timeout: 10_000 });
    const run = (reload: string) =>
      runInProcess(
        ['keys', 'export', '--format', 'exim', '--unverified', folder.path, '--reload', reload],
        place.environment,
        null,
        { pause: async () => void (await hasStarted()) },
      );
    // The text of a file comes after the file itself.
    const hung = await run(`sleep 600 & echo $! > ${pid}.new; mv ${pid}.new ${pid}; wait`);
    expect(hung.exit).toBe(3);
    expect(hung.err).toContain('--reload took over 60 seconds');
    expect(hung.err).toContain('the command of --reload failed: sleep 600');
    const started = Number(await readFile(pid, 'utf8'));
    await expect.poll(() => isRunning(started)).toBe(false);
    await rm(pid);
    expect(await run(`echo - >> ${log}`)).toMatchObject({ exit: 0 });
    expect(await readFile(log, 'utf8')).toBe('-\n');
  },
);

test('an export that follows its account tells the mail server until it listens', async () => {
  await using server = await startTestServer(ON);
  await using folder = await temporaryFolder();
  const token = await server.makeToken(['domains:read', 'keys:read']);
  // Removing it ends what was started in it.
  await using place = await makeWorkplace({ LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token });
  const log = join(folder.path, 'reloads');
  const reload = `echo - >> ${log}; test $(wc -l < ${log}) = 2`;
  place.start(['keys', 'export', '--format', 'exim', '--watch', '--reload', reload, folder.path]);
  await expect.poll(() => readFile(log, 'utf8').catch(() => ''), { timeout: 20_000 }).toBe('-\n-\n');
});

test('a domain’s keys are listed at the command line', async () => {
  await using place = await onTheFolder();
  const added = await place.json('domain', 'add', 'example.org');
  const { out } = await place.run('keys', 'list', 'example.org');
  expect(out).toContain(added.dns_records[0].hostname.split('.')[0]);
  expect(await place.json('keys', 'list', 'example.org')).toMatchObject([
    { id: 1, bits: 2048, state: 'active' },
  ]);
});

test('an export and the vault have the new key as soon as signing has moved to it', async () => {
  await using server = await startTestServer(ON);
  await using folder = await temporaryFolder();
  const { id } = await addVerifiedDomain(server, 'example.org');
  const run = await commandsFor(server);
  const exported = async () => {
    await run('keys', 'export', '--format', 'pem', folder.path);
    return filesIn(folder.path);
  };
  const [first] = await exported();
  const pending = await server.letterhead.keys.rotate.mutate({ account: 1, id });
  expect(await exported()).toEqual([first]);
  publishRecords(server, await server.letterhead.domains.get.query({ account: 1, id }));
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id });
  expect(await exported()).toEqual([`keys/example.org/${pending.selector}.pem`]);
  const pem = await readFile(join(folder.path, `keys/example.org/${pending.selector}.pem`), 'utf8');
  const { dns_records } = await server.letterhead.domains.get.query({ account: 1, id });
  expect(dns_records[1]?.value).toBe(`k=rsa;p=${publicKeyOf(pem)}`);
});

test('an export writes to no path outside of its folder, whatever a server says that a domain is called', async () => {
  await using server = await startTestServer(ON);
  await addVerifiedDomain(server, 'example.org');
  const token = await server.makeToken(['domains:read', 'keys:read']);
  const name = '../../elsewhere';
  const lying = createServer(async (request, response) => {
    const path = request.url?.startsWith('/vault') === true ? '/vault/v1/dkim/example.org' : request.url;
    const headers = { authorization: `Bearer ${token}`, 'x-vault-token': token };
    const answer = await fetch(`${server.url}${path}`, { headers });
    response.setHeader('content-type', 'application/json');
    response.end((await answer.text()).replaceAll('"domain":"example.org"', `"domain":"${name}"`));
  }).listen(0, '127.0.0.1');
  await once(lying, 'listening');
  await using folder = await temporaryFolder();
  const { port } = addressOf(lying);
  const environment = { LETTERHEAD_URL: `http://127.0.0.1:${port}`, LETTERHEAD_TOKEN: token };
  const inside = join(folder.path, 'a', 'b');
  const { exit, err } = await runInProcess(['keys', 'export', '--format', 'pem', inside], environment);
  lying.close();
  expect([exit, err]).toEqual([3, expect.stringContaining('a domain or a selector that is no name')]);
  expect(await filesIn(folder.path)).toEqual([]);
});
