import type { Domain, Key } from '@letterhead/shared';
import { recordFqdn } from '@letterhead/shared';
import { expect, test } from 'vitest';
import type { TestServer, TestServerOptions } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { publishRecords, signsWith } from '../signing/sending-account.ts';

const DAY = 86_400_000;

/** A server whose clock stands still until it is moved, with the domain that its tests are about. */
class Rotation implements AsyncDisposable {
  server: TestServer;
  readonly domain: Domain;
  readonly #time: { now: number };

  private constructor(server: TestServer, domain: Domain, time: { now: number }) {
    this.server = server;
    this.domain = domain;
    this.#time = time;
  }

  /** The domain is verified unless `isPublished` is false. */
  static async begin(options: TestServerOptions = {}, isPublished = true): Promise<Rotation> {
    const time = { now: Date.parse('2026-04-26T12:00:00Z') };
    const server = await startTestServer({ clock: () => new Date(time.now), ...options });
    const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    const rotation = new Rotation(server, domain, time);
    if (isPublished) {
      publishRecords(server, domain);
      await rotation.check();
    }
    return rotation;
  }

  pass(milliseconds: number): void {
    this.#time.now += milliseconds;
  }

  async check(): Promise<Domain> {
    return this.server.letterhead.domains.verifyDns.mutate(this.target);
  }

  get target() {
    return { account: 1, id: this.domain.id };
  }

  async get(): Promise<Domain> {
    return this.server.letterhead.domains.get.query(this.target);
  }

  async keys(): Promise<string[]> {
    const keys = await this.server.letterhead.keys.list.query(this.target);
    return keys.map(({ id, state }) => `${id} ${state}`);
  }

  async rotate(): Promise<Key> {
    return this.server.letterhead.keys.rotate.mutate(this.target);
  }

  /** Publishes the record of a key, with all servers or the given authorities alone. */
  async publish({ selector }: Pick<Key, 'selector'>, authorities?: readonly number[]): Promise<void> {
    const domain = await this.get();
    const record = domain.dns_records.find(({ hostname }) => hostname.startsWith(`${selector}.`));
    if (record === undefined) throw new Error(`${selector} is not listed.`);
    const { dns } = this.server;
    const name = recordFqdn(record.hostname, domain);
    if (authorities === undefined) return dns.publish(name, { TXT: [record.value] });
    for (const at of authorities) dns.authorities[at]?.publish(name, { TXT: [record.value] });
  }

  unpublish({ selector }: Pick<Key, 'selector'>): void {
    this.server.dns.publish(`${selector}._domainkey.example.org`, null);
  }

  /** See `signsWith`. */
  signsWith(): Promise<string> {
    return signsWith(this.server);
  }

  async events(): Promise<string[]> {
    const events = await this.server.letterhead.events.list.query({ account: 1, limit: 100 });
    return events.map(({ type }) => type).filter((type) => /^(key|domain)\./.test(type));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

test('a key is rotated without a moment in which no published key signs', async () => {
  await using scene = await Rotation.begin();
  const [first] = await scene.server.letterhead.keys.list.query(scene.target);
  if (first === undefined) throw new Error('There is no key.');
  const { status, body } = await scene.server.rest('POST', '/accounts/1/domains/1/keys');
  expect(status).toBe(201);
  expect(body.data).toMatchObject({
    id: 2,
    domain_id: 1,
    state: 'pending',
    bits: 2048,
    activated_at: null,
    retires_at: null,
  });
  const pending: Key = body.data;
  const { dns_records, verified, updated_at } = await scene.get();
  expect(verified).toBe(true);
  expect(dns_records).toMatchObject([
    { label: 'DKIM', hostname: `${first.selector}._domainkey`, verified: true },
    { label: 'DKIM', hostname: `${pending.selector}._domainkey`, verified: false },
  ]);
  expect(await scene.check()).toMatchObject({ verified: true, updated_at });
  expect(await scene.server.letterhead.domains.statuses.query({ account: 1 })).toMatchObject([
    { status: 'verified', severity: 'info' },
  ]);
  expect(await scene.signsWith()).toBe(first.selector);

  scene.pass(DAY);
  await scene.publish(pending);
  expect(await scene.signsWith()).toBe(first.selector);
  expect(await scene.check()).toMatchObject({
    verified: true,
    dns_records: [{ verified: true }, { verified: true }],
  });
  expect(await scene.signsWith()).toBe(pending.selector);
  expect(await scene.server.letterhead.keys.list.query(scene.target)).toMatchObject([
    { id: 1, state: 'retiring', retires_at: new Date('2026-05-04T12:00:00Z') },
    { id: 2, state: 'active', activated_at: new Date('2026-04-27T12:00:00Z'), retires_at: null },
  ]);
  const diagnosis = await scene.server.letterhead.domains.diagnosis.query(scene.target);
  expect(diagnosis).toMatchObject({ status: 'verified', records: [{ code: 'OK' }, { code: 'OK' }] });

  scene.pass(7 * DAY - 1000);
  expect((await scene.check()).dns_records).toHaveLength(2);
  scene.pass(1000);
  expect(await scene.check()).toMatchObject({ verified: true, dns_records: [{ verified: true }] });
  expect(await scene.keys()).toEqual(['2 active']);
  expect(await scene.events()).toEqual([
    'domain.created',
    'domain.verified',
    'key.created',
    'key.activated',
    'key.retired',
  ]);
});

test('a customer who replaces the record in place of adding one loses nothing', async () => {
  await using scene = await Rotation.begin();
  const pending = await scene.rotate();
  const [first] = await scene.server.letterhead.keys.list.query(scene.target);
  scene.unpublish({ selector: first?.selector ?? '' });
  await scene.publish(pending);
  expect(await scene.check()).toMatchObject({
    verified: true,
    dns_records: [{ verified: false }, { verified: true }],
  });
  expect(await scene.signsWith()).toBe(pending.selector);
  expect((await scene.events()).slice(2)).toEqual(['key.created', 'key.activated']);
  // What is wrong with the record of a key that signs no more is no error.
  const { records, status } = await scene.server.letterhead.domains.diagnosis.query(scene.target);
  expect({ status, records }).toMatchObject({
    status: 'verified',
    records: [{ code: 'RECORD_MISSING', severity: 'info' }, { code: 'OK' }],
  });
});

test('signing moves to a key once all authorities that answer have its record, and not by the word of a resolver', async () => {
  await using scene = await Rotation.begin({ dns: { authorities: 3 } });
  const first = await scene.signsWith();
  const pending = await scene.rotate();
  const { authorities } = scene.server.dns;
  await scene.publish(pending, [0]);
  await scene.check();
  expect(await scene.keys()).toEqual(['1 active', '2 pending']);
  // Only the resolver answers, and has it.
  await scene.publish(pending);
  for (const server of authorities) server.fault = 'servfail';
  await scene.check();
  expect(await scene.signsWith()).toBe(first);
  expect(await scene.keys()).toEqual(['1 active', '2 pending']);
  for (const server of authorities.slice(1)) server.fault = null;
  await scene.check();
  expect(await scene.keys()).toEqual(['1 retiring', '2 active']);
  expect(await scene.signsWith()).toBe(pending.selector);
});

test('a domain whose key was never published is verified by the one that it is rotated to', async () => {
  await using scene = await Rotation.begin({}, false);
  const pending = await scene.rotate();
  await scene.publish(pending);
  expect(await scene.check()).toMatchObject({
    verified: true,
    dns_records: [{ verified: false }, { verified: true }],
  });
  expect(await scene.signsWith()).toBe(pending.selector);
  expect(await scene.events()).toEqual(['domain.created', 'key.created', 'key.activated', 'domain.verified']);
});

test('one key at a time is pending, and three are published at most', async () => {
  await using scene = await Rotation.begin();
  const { rest } = scene.server;
  const again = () => rest('POST', '/accounts/1/domains/1/keys');
  for (const id of [2, 3]) {
    const pending = await scene.rotate();
    expect(pending.id).toBe(id);
    const refused = await again();
    expect(refused).toMatchObject({ status: 422, body: { code: 'rotation_under_way' } });
    expect(refused.body.message).toContain(`key ${id}`);
    await scene.publish(pending);
    await scene.check();
  }
  expect(await scene.keys()).toEqual(['1 retiring', '2 retiring', '3 active']);
  const full = await again();
  expect(full).toMatchObject({ status: 422, body: { code: 'rotation_under_way' } });
  expect(full.body.message).toContain('2026-05-03');
  expect((await rest('DELETE', '/accounts/1/domains/1/keys/1')).status).toBe(204);
  expect((await scene.get()).dns_records).toHaveLength(2);
  expect((await again()).status).toBe(201);
  expect(await scene.keys()).toEqual(['2 retiring', '3 active', '4 pending']);
});

test('a rotation is cancelled, and its key’s id and record are never used again', async () => {
  await using scene = await Rotation.begin();
  const { rest } = scene.server;
  const cancelled = await scene.rotate();
  const value = (await scene.get()).dns_records[1]?.value ?? '';
  await scene.publish(cancelled);
  expect(await rest('DELETE', '/accounts/1/domains/1/keys/1')).toMatchObject({
    status: 422,
    body: { code: 'key_in_use' },
  });
  const removed = await rest('DELETE', '/accounts/1/domains/1/keys/2');
  expect(removed).toMatchObject({ status: 204, text: '' });
  expect(await rest('DELETE', '/accounts/1/domains/1/keys/2')).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  });
  await scene.check();
  expect(await scene.keys()).toEqual(['1 active']);
  const pending = await scene.rotate();
  expect(pending.id).toBe(3);
  expect(pending.selector).not.toBe(cancelled.selector);
  scene.server.dns.publish(`${pending.selector}._domainkey.example.org`, { TXT: [value] });
  await scene.check();
  const { records } = await scene.server.letterhead.domains.diagnosis.query(scene.target);
  expect(records).toMatchObject([{ code: 'OK' }, { code: 'PREVIOUS_KEY', severity: 'warning' }]);
  expect((await scene.events()).slice(2)).toEqual(['key.created', 'key.retired', 'key.created']);
});

test('a revoked key never signs again, and the diagnosis says what to do until its record is gone', async () => {
  await using scene = await Rotation.begin();
  const [leaked] = await scene.server.letterhead.keys.list.query(scene.target);
  if (leaked === undefined) throw new Error('There is no key.');
  const revoke = () => scene.server.rest('POST', '/accounts/1/domains/1/keys/1/revoke');
  expect(await revoke()).toMatchObject({ status: 200, body: { data: { id: 1, state: 'revoked' } } });
  expect(await revoke()).toMatchObject({ status: 200, body: { data: { id: 1, state: 'revoked' } } });
  expect(await scene.signsWith()).toBe('not_signable');
  expect(await scene.keys()).toEqual(['1 revoked', '2 active']);
  const { dns_records, verified } = await scene.get();
  expect({ verified, dns_records }).toMatchObject({ verified: false, dns_records: [{ verified: false }] });
  const advice = async () => {
    const diagnosis = await scene.server.letterhead.domains.diagnosis.query(scene.target);
    return {
      status: diagnosis.status,
      fix: diagnosis.advice.find(({ code }) => code === 'REVOKED_KEY')?.fix,
    };
  };
  const fix = expect.stringContaining(`${leaked.selector}._domainkey`);
  expect(await advice()).toEqual({ status: 'pending', fix });
  const [, replacement] = await scene.server.letterhead.keys.list.query(scene.target);
  await scene.publish(replacement ?? leaked);
  await scene.check();
  expect(await scene.signsWith()).toBe(replacement?.selector);
  expect(await advice()).toEqual({ status: 'verified', fix });
  scene.unpublish(leaked);
  await scene.check();
  expect(await advice()).toEqual({ status: 'verified', fix: undefined });
  expect(await scene.keys()).toEqual(['2 active']);
  expect((await scene.events()).slice(2)).toEqual([
    'key.revoked',
    'key.created',
    'domain.verified',
    'key.retired',
  ]);
});

test('the pending key takes the place of a revoked one, and a revoked pending key nobody’s', async () => {
  await using scene = await Rotation.begin();
  const pending = await scene.rotate();
  await scene.publish(pending);
  await scene.server.letterhead.keys.revoke.mutate({ ...scene.target, key: 1 });
  expect(await scene.keys()).toEqual(['1 revoked', '2 active']);
  expect(await scene.signsWith()).toBe('not_signable');
  await scene.check();
  expect(await scene.signsWith()).toBe(pending.selector);
  const next = await scene.rotate();
  await scene.server.letterhead.keys.revoke.mutate({ ...scene.target, key: next.id });
  expect(await scene.keys()).toEqual(['1 revoked', '2 active', '3 revoked']);
  expect(await scene.signsWith()).toBe(pending.selector);
});

test('a rotation goes on after a restart, a rename ends it, and the private keys that were replaced are gone', async () => {
  await using scene = await Rotation.begin();
  const pending = await scene.rotate();
  scene.server = await scene.server.restart();
  expect(await scene.keys()).toEqual(['1 active', '2 pending']);
  await scene.publish(pending);
  await scene.check();
  scene.server = await scene.server.restart();
  expect(await scene.signsWith()).toBe(pending.selector);
  await scene.rotate();
  await scene.server.letterhead.domains.update.mutate({ ...scene.target, domain: 'other.example.org' });
  expect(await scene.keys()).toEqual(['4 active']);
  expect((await scene.get()).dns_records).toHaveLength(1);
  await scene.server.letterhead.domains.delete.mutate(scene.target);
});
