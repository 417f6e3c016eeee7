import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT_LIMITS } from '../../server/limits.ts';
import { startTestServer } from '../running-server.ts';
import { CONNECTIONS, type TestInstallation } from './both-connections.ts';
import { runInProcess } from './run-in-process.ts';

describe.each(CONNECTIONS)('with %s', (_name, open) => {
  let place: TestInstallation;

  beforeEach(async () => {
    place = await open();
  });

  afterEach(() => place[Symbol.asyncDispose]());

  /** `1 active` of each key. */
  async function keysOf(name: string): Promise<string[]> {
    const keys: { id: number; state: string }[] = await place.json('keys', 'list', name);
    return keys.map(({ id, state }) => `${id} ${state}`);
  }

  test('a key is rotated, which prints the record to publish, and the rotation is cancelled', async () => {
    await place.run('domain', 'add', 'example.org');
    const { exit, out, err } = await place.run('keys', 'rotate', 'example.org');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const { dns_records } = await place.json('domain', 'show', 'example.org');
    const { hostname, value } = dns_records[1];
    expect(out).toContain(`  Type   TXT\n  Host   ${hostname}\n  Value  ${value}\n`);
    expect((await place.run('keys', 'list', 'example.org')).out).toMatch(/2 .* pending /);
    expect(await place.run('keys', 'rotate', 'example.org')).toMatchObject({
      exit: 3,
      err: expect.stringContaining('under way already'),
    });
    expect(await place.run('keys', 'remove', 'example.org', '1')).toMatchObject({ exit: 3 });
    expect(await place.run('keys', 'remove', 'example.org', '2')).toEqual({
      exit: 0,
      out: 'Removed key 2 of example.org.\n',
      err: '',
    });
    expect(await keysOf('example.org')).toEqual(['1 active']);
  });

  test('the keys of many domains are rotated, but not those that are younger or under way', async () => {
    for (const name of ['a.example', 'b.example', 'c.example']) await place.run('domain', 'add', name);
    await place.run('keys', 'rotate', 'b.example');
    expect(await place.run('keys', 'rotate', '--all', '--older-than', '180d')).toMatchObject({
      exit: 0,
      out: '0 rotations begun.\n',
    });
    expect(await place.run('keys', 'rotate', '--all')).toMatchObject({
      exit: 0,
      out: expect.stringMatching(
        /^Key 2 of a\.example is pending\.\nKey 2 of c\.example .*\n2 rotations begun/,
      ),
    });
    const refused = await place.run('keys', 'rotate', 'a.example', 'b.example');
    expect(refused).toMatchObject({ exit: 3, out: '0 rotations begun.\n' });
    expect(refused.err).toContain('a.example: A rotation of a.example is under way already');
  });

  test('a revoked key is told what to do about, and the next one is there', async () => {
    await place.run('domain', 'add', 'example.org');
    expect(await place.run('keys', 'revoke', 'example.org', '1')).toMatchObject({
      exit: 0,
      out: expect.stringContaining('letterhead domain show example.org'),
    });
    expect(await keysOf('example.org')).toEqual(['1 revoked', '2 active']);
    const { out } = await place.run('domain', 'show', 'example.org');
    expect(out).toContain('Remove the record of the revoked key');
  });

  test.each([
    [['keys', 'rotate'], 'Name the domains'],
    [['keys', 'rotate', 'example.org', '--all'], 'Name the domains'],
    [['keys', 'rotate', '--all', '--older-than', 'soon'], 'such as 180d'],
    [['keys', 'revoke', 'example.org', 'x'], 'A key is a number'],
  ])('a mistaken command says so: %j', async (command, said) => {
    expect(await place.run(...command)).toMatchObject({ exit: 2, err: expect.stringContaining(said) });
  });
});

test('keys that are as old as --older-than says are rotated, and younger ones are not', async () => {
  const time = { now: Date.now() - 200 * 86_400_000 };
  await using server = await startTestServer({ clock: () => new Date(time.now) });
  const run = (...argv: string[]) =>
    runInProcess(argv, { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token });
  await run('domain', 'add', 'old.example');
  time.now = Date.now();
  await run('domain', 'add', 'young.example');
  expect((await run('keys', 'rotate', '--all', '--older-than', '180d')).out).toMatch(
    /^Key 2 of old\.example is pending\.\n1 rotation begun/,
  );
});

test('the command waits where the server allows no more rotations for a while', async () => {
  await using server = await startTestServer();
  const { letterhead } = server;
  const { id } = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await letterhead.domains.create.mutate({ account: 1, domain: 'example.net' });
  for (let act = 0; act < ACCOUNT_LIMITS.auditedActsPerHour; act += 1)
    await letterhead.shares.create.mutate({ account: 1, id });
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
    if (pauses === 2) throw new Error('interrupted');
  };
  const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token };
  const { out } = await runInProcess(['keys', 'rotate', '--all'], environment, null, { pause });
  expect({ out, pauses }).toEqual({ out: '', pauses: 2 });
});
