import type { Domain } from '@letterhead/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DOMAIN_FIELDS } from '../contract/domain-fields.ts';
import type { TestInstallation } from './both-connections.ts';
import { againstServer, onTheFolder } from './both-connections.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/;

describe.each([
  ['a running server', againstServer],
  ['the data folder', onTheFolder],
])('with %s', (_name, open) => {
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
      domain,
      { id: 2, domain: 'mail.example.co.uk', subdomain: 'mail' },
    ]);
    expect((await place.run('domain', 'list')).out).toMatch(
      /^ID {2}DOMAIN {14}STATUS .+\n1 {3}example\.org {9}pending .+\n2 {3}mail\.example\.co\.uk {2}pending .+\n$/,
    );

    const renamed = await place.json('domain', 'rename', '1', 'example.net');
    expect(renamed).toMatchObject({ id: 1, domain: 'example.net' });
    expect(renamed.dns_records[0].value).not.toBe(domain.dns_records[0]?.value);

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
    expect(before.out).toContain(`  Expected  ${record?.value}\n`);
    expect(before.out).toMatch(/^ {2}To do: In the DNS settings of example\.org, add a TXT record .+\.$/m);
    expect(before.out).toMatch(/^ {2}Asked {5}ns1\.example\.org at 127\.0\.0\.2: absent, \d+ ms$/m);

    place.dns.publish(`${record?.hostname}.example.org`, { TXT: [record?.value ?? ''] });
    const after = await place.run('domain', 'verify', 'example.org');
    expect(after).toMatchObject({ exit: 0, err: '' });
    expect(after.out).toContain('example.org (domain 1) is verified.\nStatus verified, last checked ');
    expect(await place.json('domain', 'show', '1')).toMatchObject({ verified: true });
    expect((await place.run('domain', 'show', '1')).out).toBe(after.out);
    expect((await place.run('domain', 'verify', '1', '--json')).exit).toBe(0);
  });

  test('commands make, list and revoke tokens', async () => {
    const created = await place.run('token', 'create', 'Mail server', '--scope', 'domains:read,domains:sign');
    expect(created).toMatchObject({ exit: 0, err: '' });
    expect(created.out).toMatch(/^lh_[A-Za-z0-9_-]{43}\n$/);
    const tokens: { id: number; name: string }[] = await place.json('token', 'list');
    const token = tokens.find(({ name }) => name === 'Mail server');
    expect(token).toMatchObject({
      account_id: 1,
      prefix: created.out.slice(0, 7),
      scopes: ['domains:read', 'domains:sign'],
      expires_at: null,
    });
    const list = (await place.run('token', 'list')).out;
    expect(list).toContain(created.out.slice(0, 7));
    expect(list).not.toContain(created.out.slice(0, 12));

    expect(await place.run('token', 'revoke', String(token?.id))).toEqual({
      exit: 0,
      out: `Revoked token ${token?.id}.\n`,
      err: '',
    });
    expect((await place.run('token', 'revoke', String(token?.id))).exit).toBe(3);
  });

  test('the token command sets an expiry time, and several scopes one by one', async () => {
    const scopes = ['--scope', 'domains:write', '--scope', 'domains:read'];
    const created = await place.json('token', 'create', ...scopes, '--expires', '2099-01-31');
    expect(created).toMatchObject({
      name: 'Command line',
      scopes: ['domains:write', 'domains:read'],
      expires_at: '2099-01-31T00:00:00+00:00',
    });
    const past = await place.run('token', 'create', '--expires', '2001-01-31');
    expect(past).toMatchObject({ exit: 3, out: '' });
    expect(past.err).toMatch(/^letterhead: Give a time in the future .+\n$/);
  });

  test('commands create, list, suspend, resume and delete accounts', async () => {
    const created = await place.run('account', 'create', 'Other desk');
    expect(created.out).toContain('Created account 2, Other desk.');
    expect(await place.json('account', 'list')).toMatchObject([
      { id: 1, name: 'Help desk', suspended: false },
      { id: 2, name: 'Other desk', suspended: false },
    ]);
    await place.json('domain', 'add', 'example.org', '--account', '2');
    expect((await place.run('domain', 'list', '--account', '2')).out).toContain('example.org');

    expect(await place.json('account', 'suspend', '2')).toMatchObject({ id: 2, suspended: true });
    expect((await place.run('account', 'list')).out).toMatch(/^2 {3}Other desk {2}suspended /m);
    expect(await place.json('account', 'resume', '2')).toMatchObject({ id: 2, suspended: false });

    const unsure = await place.run('account', 'delete', '2');
    expect(unsure).toMatchObject({ exit: 2, out: '' });
    expect(unsure.err).toContain('--confirm and its name, Other desk.');
    const mistaken = await place.run('account', 'delete', '2', '--confirm', 'Help desk');
    expect(mistaken).toMatchObject({ exit: 2, out: '' });
    expect((await place.json('account', 'list')).length).toBe(2);
    expect((await place.run('account', 'delete', '2', '--confirm', 'Other desk')).exit).toBe(0);
    expect((await place.json('account', 'list')).length).toBe(1);
  });

  test('the events command lists what happened', async () => {
    for (const name of ['example.org', 'example.net']) await place.run('domain', 'add', name);
    await place.run('domain', 'remove', 'example.org');
    const all: { id: number; type: string }[] = await place.json('events');
    expect(all.slice(-3).map(({ type }) => type)).toEqual([
      'domain.created',
      'domain.created',
      'domain.deleted',
    ]);
    const [first, second] = all.slice(-3).map(({ id }) => id);
    expect(await place.json('events', '--after', String(first), '--limit', '1')).toMatchObject([
      { id: second, domain: { id: 2, name: 'example.net' } },
    ]);
    const ofOne = (await place.run('events', '--domain', '1')).out;
    expect(ofOne).toMatch(
      /^ID .+\n\d+ .+domain\.created .+example\.org\n\d+ .+domain\.deleted .+example\.org\n$/,
    );
    expect(await place.json('events', '--domain', 'example.net')).toMatchObject([{ id: second }]);
  });

  test('a command that is refused prints a sentence, the code for programs, and exits with 3', async () => {
    await place.run('domain', 'add', 'example.org');
    expect(await place.run('domain', 'add', 'example.org')).toEqual({
      exit: 3,
      out: '',
      err: 'letterhead: Account 1 holds example.org already: it is domain 1.\n',
    });
    const taken = await place.run('domain', 'add', 'example.org', '--json');
    expect(taken).toMatchObject({ exit: 3, out: '' });
    expect(JSON.parse(taken.err)).toMatchObject({
      code: 'domain_taken',
      errors: { domain: [expect.any(String)] },
    });
    const url = await place.run('domain', 'add', 'https://example.org/');
    expect(url).toMatchObject({ exit: 3, out: '' });
    expect(url.err).toMatch(/^letterhead: .+example\.org.+\n$/);
    for (const words of [
      ['domain', 'show', '99'],
      ['domain', 'show', 'example.com'],
      ['domain', 'list', '--account', '99'],
      ['account', 'suspend', '99'],
    ]) {
      const refused = await place.run(...words);
      expect(refused, words.join(' ')).toMatchObject({ exit: 3, out: '' });
      expect(refused.err).toMatch(/^letterhead: .+\.\n$|shows those it has\.\n$/);
    }
  });
});
