import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { picture } from '../auth/picture.ts';
import { CONNECTIONS, type TestInstallation } from './both-connections.ts';

describe.each(CONNECTIONS)('with %s', (_name, open) => {
  let place: TestInstallation;

  beforeEach(async () => {
    place = await open();
  });

  afterEach(() => place[Symbol.asyncDispose]());

  test('commands create, list and revoke share links', async () => {
    await place.run('domain', 'add', 'example.org');
    const { id, token } = await place.json('share', 'create', 'example.org', '--expires', '2099-01-31');
    expect(token).toMatch(/^lh_[\w-]{43}$/);
    expect(await place.json('share', 'list', 'example.org')).toMatchObject([
      { id, expires_at: '2099-01-31T00:00:00+00:00' },
    ]);
    const created = await place.run('share', 'create', '1');
    expect(created).toMatchObject({ exit: 0, err: '' });
    const server = place.environment['LETTERHEAD_URL'];
    expect(created.out.startsWith(server === undefined ? 'lh_' : `${server}/share#lh_`)).toBe(true);
    const list = (await place.run('share', 'list', '1')).out;
    expect(list).toMatch(/^ID +EXPIRES +LAST USED +CREATED\n\d+ +2099-01-31 00:00 UTC +- +.+\n/);
    expect(list).not.toContain('lh_');
    expect((await place.run('share', 'revoke', 'example.org', String(id))).out).toBe(
      `Revoked link ${id} of example.org (domain 1).\n`,
    );
    expect((await place.run('share', 'revoke', 'example.org', String(id))).exit).toBe(3);
  });

  test('commands add, change, test and delete webhooks', async () => {
    await place.run('domain', 'add', 'example.org');
    const added = await place.run('webhook', 'add', 'https://hooks.example.org/', '--domains', 'example.org');
    expect(added).toMatchObject({ exit: 0, err: '' });
    expect(added.out).toMatch(/^whsec_[\w+/]{43}=\n$/);
    const [{ id, domains }] = await place.json('webhook', 'list');
    expect(domains).toEqual([1]);
    expect((await place.run('webhook', 'list')).out).toMatch(/https:\S+ +all +example\.org +yes\n$/);
    const name = String(id);
    const changed = await place.run('webhook', 'update', name, '--events', 'domain.lost', '--domains', 'all');
    expect(changed.out).toMatch(
      /^ID +URL +EVENTS +DOMAINS +ENABLED\n\d+ +https:\S+ +domain\.lost +all +yes\n$/,
    );
    expect((await place.run('webhook', 'update', name, '--disable')).out).toContain('no (requested)');
    expect((await place.run('webhook', 'rotate-secret', name)).out).not.toBe(added.out);
    const tested = await place.run('webhook', 'test', name);
    expect(tested).toMatchObject({
      exit: 1,
      out: 'Not delivered. DNS knows no address of hooks.example.org.\n',
    });
    const deliveries = (await place.run('webhook', 'deliveries', name)).out;
    expect(deliveries).toMatch(
      /^ID +WHEN +EVENT +TYPE +DOMAIN +STATUS +MS +ERROR\n\d+ .+ webhook\.test +- +- +\d+ +DNS knows/,
    );
    expect((await place.run('webhook', 'send-again', name, '999999')).exit).toBe(3);
    expect((await place.run('webhook', 'add', 'http://127.0.0.1/')).exit).toBe(3);
    expect((await place.run('webhook', 'update', name, '--events', 'nonsense')).exit).toBe(2);
    expect((await place.run('webhook', 'update', name, '--enable', '--disable')).exit).toBe(2);
    expect((await place.run('webhook', 'delete', name)).out).toBe(`Deleted webhook ${id}.\n`);
    expect((await place.run('webhook', 'list')).out).toMatch(/^There are no webhooks/);
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

  test('an account is changed and shown, with a logo from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-logo-'));
    const file = join(folder, 'logo.png');
    await writeFile(file, picture());
    const change = ['--name', 'acme-7', '--display-name', 'Acme', '--contact', 'help@acme.example'];
    const updated = await place.json('account', 'update', '1', ...change, '--logo', file);
    expect(updated).toMatchObject({
      name: 'acme-7',
      display_name: 'Acme',
      contact_email: 'help@acme.example',
      logo: expect.stringMatching(/^\/logos\/1\/[0-9a-f]{64}\.png$/),
    });
    expect(await place.json('account', 'show', '1')).toEqual(updated);
    expect((await place.run('account', 'show', '1')).out).toBe(`Account 1
Name          acme-7
Display name  Acme
Contact       help@acme.example
Notices       -
Logo          ${updated.logo}
State         active
`);
    const cleared = await place.json(
      'account',
      'update',
      '1',
      '--display-name',
      '',
      '--contact',
      '',
      '--no-logo',
    );
    expect(cleared).toMatchObject({ name: 'acme-7', display_name: null, contact_email: null, logo: null });
    await writeFile(file, 'x'.repeat(100_000));
    const large = await place.run('account', 'update', '1', '--logo', file);
    expect(large).toMatchObject({ exit: 3, err: expect.stringContaining('it is too large') });
    const missing = await place.run('account', 'update', '1', '--logo', `${file}x`);
    expect(missing).toMatchObject({ exit: 2, err: `letterhead: There is no file ${file}x.\n` });
    expect((await place.run('account', 'update', '1', '--logo', folder)).err).toBe(
      `letterhead: ${folder} cannot be read: a folder stands where a file is needed.\n`,
    );
    await rm(folder, { recursive: true });
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
    const newest = all.slice(-2).map(({ id }) => id);
    expect((await place.json('events', '--limit', '2')).map(({ id }: { id: number }) => id)).toEqual(newest);
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
