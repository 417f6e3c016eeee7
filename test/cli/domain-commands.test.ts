import type { Domain } from '@letterhead/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOMAIN_FIELDS } from '../contract/domain-fields.ts';
import { startTestServer } from '../running-server.ts';
import { CONNECTIONS, type TestInstallation } from './both-connections.ts';
import { runInProcess } from './run-in-process.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;

describe.each(CONNECTIONS)('with %s', (_name, open) => {
  let place: TestInstallation;

  beforeEach(async () => {
    place = await open();
  });

  afterEach(() => place[Symbol.asyncDispose]());

  test('commands add, list, show, rename and remove domains', async () => {
    const added = await place.run('domain', 'add', 'Example.org');
    expect(added).toMatchObject({ exit: 0, err: '' });
    const domain: Domain = await place.json('domain', 'show', 'example.org');
    expect(Object.keys(domain)).toEqual(DOMAIN_FIELDS);
    expect(domain.created_at).toMatch(TIME);
    for (const { type, hostname, value } of domain.dns_records) {
      expect(added.out).toContain(`  Type   ${type}\n  Host   ${hostname}\n  Value  ${value}\n`);
    }

    await place.run('domain', 'add', 'mail.example.co.uk');
    expect(await place.json('domain', 'list')).toMatchObject([
      { ...domain, status: 'pending' },
      { id: 2, domain: 'mail.example.co.uk', subdomain: 'mail' },
    ]);
    expect((await place.run('domain', 'list')).out).toMatch(
      /^ID {2}DOMAIN {14}STATUS .+\n1 {3}example\.org {9}pending .+\n2 {3}mail\.example\.co\.uk {2}pending .+\n$/,
    );

    const renamed = await place.json('domain', 'rename', '1', 'example.net');
    expect(renamed).toMatchObject({ id: 1, domain: 'example.net' });
    expect(renamed.dns_records[0].value).not.toBe(domain.dns_records[0]?.value);

    const back = await place.run('domain', 'rename', '1', 'example.com');
    expect(back.out).toMatch(/^Renamed to example\.com \(domain 1\)\. Publish /);
    await place.run('domain', 'rename', '1', 'example.net');

    expect(await place.run('domain', 'remove', 'example.net')).toEqual({
      exit: 0,
      out: 'Removed example.net.\n',
      err: '',
    });
    expect(await place.run('domain', 'show', '1')).toMatchObject({ exit: 3, out: '' });
  });

  test('the verify command exits with 1 and says what to do until the record is there, then with 0', async () => {
    const domain: Domain = await place.json('domain', 'add', 'example.org');
    const [record] = domain.dns_records;
    const before = await place.run('domain', 'verify', 'example.org');
    expect(before).toMatchObject({ exit: 1, err: '' });
    expect(before.out).toContain('example.org (domain 1) is not verified.\nStatus pending, last checked ');
    expect(before.out).toMatch(/^ {2}To do: In the DNS settings of example\.org, add a TXT record .+\.$/m);
    // The key is printed once, and short.
    expect(before.out.match(/MIIB/g)).toHaveLength(1);
    expect(before.out).not.toMatch(/[A-Za-z0-9+/]{64}/);
    expect(before.out).toMatch(/^Print the full values with: letterhead domain records example\.org$/m);
    expect(before.out).toMatch(/^ {2}Asked {5}ns1\.example\.org at 127\.0\.0\.2: absent, \d+ ms$/m);

    place.dns.publish(`${record?.hostname}.example.org`, { TXT: [record?.value ?? ''] });
    const after = await place.run('domain', 'verify', 'example.org');
    expect(after).toMatchObject({ exit: 0, err: '' });
    expect(after.out).toContain('example.org (domain 1) is verified.\nStatus verified, last checked ');
    expect(await place.json('domain', 'show', '1')).toMatchObject({ verified: true });
    expect((await place.run('domain', 'show', '1')).out).toBe(after.out);
    expect((await place.run('domain', 'verify', '1', '--json')).exit).toBe(0);
  });

  test('several domains are added at once, and each that is refused says why', async () => {
    await place.run('domain', 'add', 'example.org');
    const added = await place.run('domain', 'add', 'example.net', 'example.org', 'example.com');
    expect(added).toEqual({
      exit: 3,
      out: 'Added example.net (domain 2).\nAdded example.com (domain 3).\n',
      err: 'letterhead: example.org: Account 1 holds example.org already: it is domain 1.\n',
    });
    const json = await place.run('domain', 'add', 'a.example', 'example.org', '--json');
    expect(json).toMatchObject({ exit: 3, err: '' });
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { name: 'a.example', domain: { id: 4, domain: 'a.example' }, error: null },
      { name: 'example.org', domain: null, error: { code: 'domain_taken' } },
    ]);
  });

  test('domains are added from standard input, one per line', async () => {
    async function* lines() {
      yield* ['example.org', '', '  example.net '];
    }
    const added = await runInProcess(['domain', 'add', '-'], place.environment, null, { lines });
    expect(added).toEqual({
      exit: 0,
      out: 'Added example.org (domain 1).\nAdded example.net (domain 2).\n',
      err: '',
    });
  });

  test('the list is filtered by status and limited', async () => {
    const [record] = (await place.json('domain', 'add', 'example.org')).dns_records;
    for (const name of ['a.example', 'b.example']) await place.run('domain', 'add', name);
    place.dns.publish(`${record.hostname}.example.org`, { TXT: [record.value] });
    await place.run('domain', 'verify', 'example.org');
    expect(await place.json('domain', 'list', '--status', 'verified')).toMatchObject([
      { domain: 'example.org', status: 'verified' },
    ]);
    expect(await place.json('domain', 'list', '--status', 'pending', '--limit', '1')).toMatchObject([
      { domain: 'a.example', status: 'pending' },
    ]);
    expect((await place.run('domain', 'list', '--status', 'failed')).out).toBe(
      'No domain has the status failed.\n',
    );
  });

  test('the list shows where somebody has to act, and why', async () => {
    const [record] = (await place.json('domain', 'add', 'example.org')).dns_records;
    await place.run('domain', 'add', 'waiting.example');
    const none = await place.run('domain', 'list', '--attention');
    expect(none).toEqual({ exit: 0, out: 'No domain needs attention.\n', err: '' });
    place.dns.publish(`${record.hostname}.example.org.example.org`, { TXT: [record.value] });
    await place.run('domain', 'verify', 'example.org');
    const listed = await place.json('domain', 'list', '--attention');
    expect(listed).toMatchObject([
      { domain: 'example.org', status: 'pending', code: 'HOST_DOUBLED', severity: 'error' },
    ]);
    expect((await place.run('domain', 'list')).out).toMatch(
      /^1 {3}example\.org {6}pending: HOST_DOUBLED {2}.+\n2 {3}waiting\.example {2}pending {16}/m,
    );
    expect(await place.json('domain', 'list', '--attention', '--status', 'failed')).toEqual([]);
  });

  test('verify --wait checks again until the domain is verified, or the time is over', async () => {
    const [record] = (await place.json('domain', 'add', 'example.org')).dns_records;
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
      if (pauses === 4) place.dns.publish(`${record.hostname}.example.org`, { TXT: [record.value] });
    };
    const wait = (...words: string[]) =>
      runInProcess(['domain', 'verify', 'example.org', ...words], place.environment, null, { pause });
    expect((await wait('--wait', '1')).exit).toBe(1);
    expect(pauses).toBe(2);
    expect(await wait('--wait')).toMatchObject({ exit: 0, err: '' });
    expect(pauses).toBe(4);
  });
});

test('a domain whose Return-Path alone is found is said to be verified by that, and not to be signed', async () => {
  await using server = await startTestServer({ environment: { RETURN_PATH_HOST: 'bounces.example.net' } });
  const { dns_records } = await server.letterhead.domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  const [, returnPath] = dns_records;
  server.dns.publish(`${returnPath?.hostname}.example.org`, { CNAME: returnPath?.value ?? '' });
  const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token };
  const { exit, out } = await runInProcess(['domain', 'verify', 'example.org'], environment);
  expect([exit, out]).toEqual([
    0,
    expect.stringContaining(
      'verified by its Return-Path alone: its mail can’t be signed until the DKIM record is found.\nStatus pending',
    ),
  ]);
});

test('domain add of several names waits where the server allows no more requests for a while, and says so', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '2' } });
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
    if (pauses === 2) throw new Error('interrupted');
  };
  const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token };
  const argv = ['domain', 'add', 'a.example', 'b.example'];
  const { out, err } = await runInProcess(argv, environment, async () => '', { pause });
  expect({ out, pauses }).toEqual({ out: 'Added a.example (domain 1).\n', pauses: 2 });
  expect(err).toMatch(/\r\S+Too many requests: .+ Try again in \d+ s\./);
});
