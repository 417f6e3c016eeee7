import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLetterhead } from '@letterhead/client';
import { expect, test } from 'vitest';
import { LoopbackPrimary } from '../key-zone/loopback-primary.ts';
import { startTestServer } from '../running-server.ts';
import { documentSaying, ownDocument, pageOf, samples, sectionOf } from './reference.ts';

test('a sample request can be pasted, with the address by which the reader reaches the server', async () => {
  const page = await pageOf(ownDocument, 'mail.example.org:8080');
  expect(samples(sectionOf(page, 'domains.update'))[0]).toBe(
    [
      'curl http://mail.example.org:8080/api/v1/accounts/1/domains/1 \\',
      '  --request PUT \\',
      '  -H "Accept: application/json" \\',
      '  -H "Authorization: Bearer <access-token>" \\',
      '  -d domain="example.org"',
    ].join('\n'),
  );
});

test('a sample request sends a list field by field, in quotes that the shell takes off again', async () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string', example: 'Ann\'s "desk" & $(echo no) `echo no` \\' },
      scopes: { type: 'array', example: ['domains:read', 'domains:write'] },
      note: { type: 'string', example: 'left out' },
    },
    required: ['name', 'scopes'],
  };
  const document = JSON.parse(documentSaying('odd')());
  document.paths['/odd'].post.requestBody.content['application/json'].schema = schema;
  const [command = ''] = samples(sectionOf(await pageOf(() => JSON.stringify(document)), 'odd'));
  const words = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${command}`], {
    encoding: 'utf8',
  });
  expect(words.trimEnd().split('\n').slice(-6)).toEqual([
    '--data-urlencode',
    'name=Ann\'s "desk" & $(echo no) `echo no` \\',
    '-d',
    'scopes=domains:read',
    '-d',
    'scopes=domains:write',
  ]);
});

test('a sample request changes as little as it can when no field is required', async () => {
  const [command = ''] = samples(sectionOf(await pageOf(ownDocument), 'accounts.update'));
  expect(command.match(/ (?:-d|--data-urlencode) /g)).toHaveLength(1);
  expect(command).not.toContain('suspended');
});

test('a sample request accepts the type of the answer where that is not JSON', async () => {
  const [command = ''] = samples(sectionOf(await pageOf(ownDocument), 'domains.zoneFile'));
  expect(command).toContain('-H "Accept: text/dns" ');
});

test('a sample request sends a raw message from a file where an operation takes nothing else', async () => {
  const section = sectionOf(await pageOf(ownDocument), 'domains.proof');
  const [curl, inFetch, python, client] = samples(section);
  expect(curl).toBe(
    [
      'curl http://127.0.0.1:3000/api/v1/accounts/1/domains/1/proof \\',
      '  --request POST \\',
      '  -H "Accept: application/json" \\',
      '  -H "Authorization: Bearer <access-token>" \\',
      '  -H "Content-Type: message/rfc822" \\',
      '  --data-binary @message.eml',
    ].join('\n'),
  );
  for (const sample of [inFetch, python]) expect(sample).toMatch(/message\/rfc822[\s\S]*message\.eml/);
  expect(client).not.toContain('letterhead.domains');
});

test('the sample response is put together from the examples of the schemas', async () => {
  const sample = samples(sectionOf(await pageOf(ownDocument), 'domains.get'))[4] ?? '';
  expect(JSON.parse(sample)).toMatchObject({
    data: {
      id: 1,
      account_id: 1,
      domain: 'example.org',
      subdomain: null,
      verified: true,
      dns_records: [{ label: 'DKIM', type: 'TXT', hostname: '653216321fh._domainkey' }],
      updated_at: '2019-04-25T17:51:31+00:00',
      created_at: '2019-04-25T17:51:31+00:00',
    },
  });
});

const [CURL, FETCH, CLIENT] = [0, 1, 3];

/** Runs the sample of an operation in JavaScript, in a folder; resolves to what it calls `data`. */
async function run(
  page: string,
  operation: string,
  at: number,
  token: string,
  folder = '',
): Promise<unknown> {
  const sample = samples(sectionOf(page, operation))[at] ?? '';
  const code = sample.replaceAll('<access-token>', token).replace(/^import .*$/gm, '');
  const names = [
    'createLetterhead',
    'readFile',
    `${code}\nreturn typeof data === 'undefined' ? null : data;`,
  ];
  const AsyncFunction: FunctionConstructor = Object.getPrototypeOf(async () => {}).constructor;
  const readThere = (name: string, encoding: BufferEncoding) => readFile(join(folder, name), encoding);
  return AsyncFunction(...names)(createLetterhead, readThere);
}

test('the samples for fetch and for the typed client run as they stand, with a token put in', async () => {
  await using server = await startTestServer();
  const page = await (await fetch(`${server.url}/reference`)).text();
  expect(await run(page, 'domains.create', FETCH, server.token)).toMatchObject({ domain: 'example.org' });
  expect(await run(page, 'domains.get', CLIENT, server.token)).toMatchObject({ domain: 'example.org' });
  expect(await run(page, 'domains.diagnosis', FETCH, server.token)).toMatchObject({ status: 'pending' });
  expect(await run(page, 'tokens.create', CLIENT, server.token)).toMatchObject({ name: 'Help desk' });
  for (const at of [FETCH, CLIENT])
    expect(await run(page, 'shares.create', at, server.token)).toMatchObject({ id: expect.any(Number) });
  expect(await run(page, 'domains.delete', CLIENT, server.token)).toBeNull();
  await expect(run(page, 'domains.get', FETCH, server.token)).rejects.toThrow();
});

test('the samples of an import read the private key from a file, and import it', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-'));
  try {
    await writeFile(
      join(folder, 'private-key.pem'),
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    );
    await using server = await startTestServer();
    const text = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    server.dns.publish('mail2026._domainkey.example.org', { TXT: [`v=DKIM1; p=${text}`] });
    const page = await (await fetch(`${server.url}/reference`)).text();
    const section = sectionOf(page, 'keys.import');
    expect(samples(section)[2]).toContain('"private_key": open("private-key.pem").read()');
    const command = samples(section)[CURL]?.replaceAll('<access-token>', server.token) ?? '';
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ data: { outcome: 'imported', proved: true } });
    for (const at of [FETCH, CLIENT])
      expect(await run(page, 'keys.import', at, server.token, folder)).toMatchObject({
        outcome: 'unchanged',
      });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a sample for the typed client gives an object where a procedure takes one, and nothing where it does not', async () => {
  await using zone = await LoopbackPrimary.start();
  await using server = await startTestServer({ environment: zone.settings });
  const page = await (await fetch(`${server.url}/reference`)).text();
  expect(await run(page, 'keyZone.export', CLIENT, server.token)).toBe('');
  expect(await run(page, 'tokens.current', CLIENT, server.token)).toMatchObject({ account_id: 1 });
});

test('the sample of a download writes a file: curl writes no such thing to a terminal', async () => {
  await using server = await startTestServer();
  const page = await (await fetch(`${server.url}/reference`)).text();
  expect(samples(sectionOf(page, 'installation.backup'))[0]).toMatch(
    / \\\n {2}--output letterhead\.tar\.gz$/,
  );
});

test('the sample in Python has the words of Python for true, false and nothing', async () => {
  const section = sectionOf(await pageOf(ownDocument), 'domains.create');
  expect(samples(section)[2]?.split('\n').slice(2)).toEqual([
    'response = requests.post(',
    '    "http://127.0.0.1:3000/api/v1/accounts/1/domains",',
    '    headers={"Authorization": "Bearer <access-token>"},',
    '    json={"domain": "example.org"},',
    ')',
    'response.raise_for_status()',
    'data = response.json()["data"]',
  ]);
  const document = JSON.parse(documentSaying('odd')());
  const properties = { yes: { const: true }, no: { const: false }, nothing: { const: null } };
  document.paths['/odd'].post.requestBody.content['application/json'].schema = {
    type: 'object',
    properties,
    required: Object.keys(properties),
  };
  const odd = samples(sectionOf(await pageOf(() => JSON.stringify(document)), 'odd'));
  expect(odd[2]).toContain('json={"yes": True, "no": False, "nothing": None}');
});
