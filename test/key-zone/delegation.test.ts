import type { Domain, Key } from '@letterhead/shared';
import { recordFqdn } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { startTestServer, type TestServer, type TestServerOptions } from '../running-server.ts';
import { signsWith } from '../signing/sending-account.ts';
import { ZoneServer } from './zone-server.ts';

const ZONE = 'keys.example';
const SECRET = Buffer.alloc(32, 7).toString('base64');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NO_KEY = '"v=DKIM1; p="';

/** A Letterhead with a key zone on a real server, whose clock moves when a test says so, and a domain in it. */
class Delegated implements AsyncDisposable {
  server: TestServer;
  readonly zone: ZoneServer;
  readonly #time: { now: number };

  private constructor(server: TestServer, zone: ZoneServer, time: { now: number }) {
    this.server = server;
    this.zone = zone;
    this.#time = time;
  }

  static async begin(
    environment: Record<string, string> = {},
    options: TestServerOptions = {},
  ): Promise<Delegated> {
    // The name server holds what is signed against its own clock.
    const time = { now: Date.now() };
    const started: { zone?: ZoneServer } = {};
    const server = await startTestServer({
      clock: () => new Date(time.now),
      ...options,
      environment: async (dns) => {
        const zone = await startZone(dns.port);
        started.zone = zone;
        dns.resolver.serve(ZONE, { '@': { NS: [`ns1.${ZONE}`] }, ns1: { A: [zone.address] } });
        return { ...settingsOf(zone), ...environment };
      },
    });
    if (started.zone === undefined) throw new Error('no zone was started');
    return new Delegated(server, started.zone, time);
  }

  /** Lets time pass, also for the name server: what it takes by its own clock is not more than some minutes ahead. */
  pass(milliseconds: number): void {
    this.#time.now += milliseconds;
  }

  get target() {
    return { account: 1, id: 1 };
  }

  async create(): Promise<Domain> {
    const domain = await this.server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    await this.settled();
    return domain;
  }

  async get(): Promise<Domain> {
    return this.server.letterhead.domains.get.query(this.target);
  }

  async keys(): Promise<string[]> {
    const keys = await this.server.letterhead.keys.list.query(this.target);
    return keys.map(({ id, state, published_as }) => `${id} ${published_as} ${state}`);
  }

  check(): Promise<Domain> {
    return this.server.letterhead.domains.verifyDns.mutate(this.target);
  }

  async rotate(): Promise<Key> {
    const key = await this.server.letterhead.keys.rotate.mutate(this.target);
    await this.settled();
    return key;
  }

  /** Publishes the domain's CNAME records, or those of these places. */
  publish(domain: Domain, places: readonly number[] = [0, 1]): void {
    for (const at of places) {
      const record = domain.dns_records[at];
      if (record === undefined) throw new Error(`There is no record ${at}.`);
      this.server.dns.publish(recordFqdn(record.hostname, domain), {
        [record.type]: record.type === 'TXT' ? [record.value] : record.value,
      });
    }
  }

  /** What the zone has at the targets of the two CNAME records, once nothing waits. */
  async inZone(domain: Domain): Promise<string[]> {
    await this.settled();
    const cnames = domain.dns_records.filter(({ type }) => type === 'CNAME');
    const texts = await Promise.all(cnames.map(({ value }) => this.zone.txt(value)));
    return texts.map((text) => text.join());
  }

  async settled(): Promise<void> {
    await expect
      .poll(() => this.server.letterhead.keyZone.status.query().then(({ waiting }) => waiting))
      .toBe(0);
  }

  /** See `signsWith`. */
  signsWith(): Promise<string> {
    return signsWith(this.server);
  }

  async diagnosis(): Promise<string[]> {
    const { records } = await this.server.letterhead.domains.diagnosis.query(this.target);
    return records.map(({ code, severity }) => `${code} ${severity}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.zone[Symbol.asyncDispose]();
  }
}

function startZone(port: number): Promise<ZoneServer> {
  const tsig = { name: 'letterhead', algorithm: 'hmac-sha256', secret: SECRET };
  return ZoneServer.start('knot', { zone: ZONE, tsig, address: '127.0.0.250', port });
}

function settingsOf({ address, port }: ZoneServer): Record<string, string> {
  return {
    DKIM_ZONE: ZONE,
    DKIM_ZONE_SERVER: `${address}:${port}`,
    DKIM_ZONE_TSIG: `letterhead:hmac-sha256:${SECRET}`,
  };
}

test('a new domain publishes two CNAME records, and signs once the one with its key is there', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  expect(domain.dns_records).toMatchObject([
    { label: 'DKIM', type: 'CNAME', verified: false },
    { label: 'DKIM', type: 'CNAME', verified: false },
  ]);
  const [first, second] = domain.dns_records;
  expect(first?.value).toMatch(/^[a-z0-9]{11}\.[a-z0-9]{26}\.keys\.example$/);
  expect(first?.hostname).toBe(`${first?.value.split('.')[0]}._domainkey`);
  expect(second?.value.split('.')[1]).toBe(first?.value.split('.')[1]);
  const [key = '', none] = await scene.inZone(domain);
  expect(key).toMatch(/^"v=DKIM1; k=rsa; p=MII/);
  expect(none).toBe(NO_KEY);
  expect(await scene.signsWith()).toBe('not_signable');
  scene.publish(domain);
  expect(await scene.check()).toMatchObject({
    verified: true,
    dns_records: [{ verified: true }, { verified: true }],
  });
  expect(await scene.diagnosis()).toEqual(['OK ok', 'OK ok']);
  expect(await scene.signsWith()).toBe(first?.hostname.split('.')[0]);
});

test('a delegated key is rotated without an act of the customer’s, once no cache has what was there before', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  scene.publish(domain);
  await scene.check();
  const before = await scene.signsWith();
  const pending = await scene.rotate();
  expect(pending).toMatchObject({ state: 'pending', published_as: 'cname' });
  expect(pending.selector).not.toBe(before);
  const [, other = ''] = await scene.inZone(domain);
  expect(other).toMatch(/^"v=DKIM1; k=rsa; p=MII/);
  await scene.check();
  expect(await scene.signsWith()).toBe(before);
  scene.pass(4 * MINUTE);
  await scene.check();
  expect(await scene.keys()).toEqual(['1 cname active', '2 cname pending']);
  scene.pass(2 * MINUTE);
  expect(await scene.check()).toMatchObject({
    verified: true,
    dns_records: [{ verified: true }, { verified: true }],
  });
  expect(await scene.keys()).toEqual(['1 cname retiring', '2 cname active']);
  expect(await scene.signsWith()).toBe(pending.selector);
  expect((await scene.get()).dns_records.map(({ value }) => value)).toEqual(
    domain.dns_records.map(({ value }) => value),
  );
  await expect(scene.rotate()).rejects.toMatchObject({ data: { code: 'rotation_under_way' } });
});

test('a key that is revoked leaves the zone at once, and the one at the other name signs after what caches hold', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  scene.publish(domain);
  await scene.check();
  await scene.server.letterhead.keys.revoke.mutate({ ...scene.target, key: 1 });
  const [first, second = ''] = await scene.inZone(domain);
  expect(first).toBe(NO_KEY);
  expect(second).toMatch(/^"v=DKIM1; k=rsa; p=MII/);
  await scene.check();
  expect(await scene.signsWith()).toBe('not_signable');
  scene.pass(6 * MINUTE);
  expect(await scene.check()).toMatchObject({ verified: true });
  expect(await scene.signsWith()).toBe(domain.dns_records[1]?.hostname.split('.')[0]);
  expect(await scene.keys()).toEqual(['2 cname active']);
});

test('no rotation begins while the second CNAME record is missing, and the diagnosis says so', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  scene.publish(domain, [0]);
  expect(await scene.check()).toMatchObject({ verified: true });
  scene.pass(40 * DAY);
  expect(await scene.diagnosis()).toEqual(['OK ok', 'SECOND_NAME_MISSING warning']);
  await expect(scene.rotate()).rejects.toMatchObject({ data: { code: 'rotation_under_way' } });
});

test('a rotation onto the second name starts by itself where only that one is published', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  scene.publish(domain, [1]);
  await scene.check();
  await expect.poll(() => scene.keys()).toEqual(['1 cname active', '2 cname pending']);
  await scene.inZone(domain);
  await scene.check();
  scene.pass(6 * MINUTE);
  await scene.check();
  expect(await scene.signsWith()).toBe(domain.dns_records[1]?.hostname.split('.')[0]);
});

test('a domain is switched to CNAME records and back without a moment in which no published key signs', async () => {
  await using scene = await Delegated.begin();
  const imported = await scene.create();
  scene.publish(imported);
  await scene.check();
  const delegation = (delegated: boolean) =>
    scene.server.letterhead.domains.setDelegation.mutate({ ...scene.target, delegated });
  expect(await delegation(false)).toMatchObject({ delegated: true, pending: false });
  expect(await delegation(true)).toMatchObject({ delegated: true, pending: null });
  expect(await delegation(false)).toMatchObject({ delegated: true, pending: false });
  const both = await scene.get();
  expect(both.dns_records.map(({ type }) => type)).toEqual(['CNAME', 'CNAME', 'TXT']);
  scene.publish(both, [2]);
  expect(await scene.check()).toMatchObject({ verified: true });
  expect(await scene.server.letterhead.domains.delegation.query(scene.target)).toMatchObject({
    delegated: false,
    pending: null,
    names: [{}, {}],
  });
  const txt = await scene.signsWith();
  expect(both.dns_records[2]?.hostname).toBe(`${txt}._domainkey`);
});

test('DNS answers that the key zone gives wrongly are told as a fault on our side, and put right', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  await scene.inZone(domain);
  scene.publish(domain);
  await scene.check();
  await scene.zone.kill();
  await scene.check();
  expect(await scene.diagnosis()).toEqual(['RESOLVER_UNREACHABLE warning', 'RESOLVER_UNREACHABLE warning']);
  expect(await scene.get()).toMatchObject({ verified: true });
  expect(await scene.signsWith()).toBe(domain.dns_records[0]?.hostname.split('.')[0]);
  await scene.zone.restart();
  expect(await scene.check()).toMatchObject({ verified: true });
});

test('a server does not start without the key zone that keys of domains are in', async () => {
  await using scene = await Delegated.begin();
  await scene.create();
  await expect(
    startTestServer({ environment: { DATA_DIR: scene.server.dataDir } }).then((server) =>
      server[Symbol.asyncDispose](),
    ),
  ).rejects.toThrow();
});

test('a delegated key is rotated by itself once it is older than ROTATE_AFTER_DAYS', async () => {
  await using scene = await Delegated.begin({ ROTATE_AFTER_DAYS: '14' });
  const domain = await scene.create();
  scene.publish(domain);
  await scene.check();
  scene.pass(13 * DAY);
  await scene.check();
  expect(await scene.keys()).toEqual(['1 cname active']);
  scene.pass(1 * DAY);
  await scene.check();
  await expect.poll(() => scene.keys()).toEqual(['1 cname active', '2 cname pending']);
});

test('a domain that is renamed or deleted leaves its names with their keys, for mail under way', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  const { letterhead } = scene.server;
  const renamed = await letterhead.domains.update.mutate({ ...scene.target, domain: 'example.com' });
  expect(renamed.dns_records.map(({ type }) => type)).toEqual(['CNAME', 'CNAME']);
  expect(renamed.dns_records[0]?.value).not.toBe(domain.dns_records[0]?.value);
  const [renamedKey] = await scene.inZone(renamed);
  await letterhead.domains.delete.mutate(scene.target);
  expect(await letterhead.keyZone.compare.mutate()).toEqual([]);
  expect(await scene.inZone(renamed)).toEqual([renamedKey, NO_KEY]);
  expect((await scene.inZone(domain))[0]).toMatch(/^"v=DKIM1; k=rsa; p=MII/);
});

test('what somebody writes to a name of a domain is put right, and told to its account', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  await scene.zone.overwrite(domain.dns_records[1]?.value ?? '', 'v=DKIM1; p=EVIL');
  scene.server = await scene.server.restart();
  const types = async () => {
    const events = await scene.server.letterhead.events.list.query({ account: 1, limit: 100 });
    return events.map(({ type }) => type);
  };
  await expect.poll(types, { timeout: 15_000 }).toContain('zone.drift');
  expect((await scene.inZone(domain))[1]).toBe(NO_KEY);
});

test('a delegated domain signs as before while the key zone’s server is away, and changes wait for it', async () => {
  await using scene = await Delegated.begin();
  const domain = await scene.create();
  scene.publish(domain);
  await scene.check();
  const before = await scene.signsWith();
  await scene.zone.kill();
  await scene.server.letterhead.keys.rotate.mutate(scene.target);
  const { keyZone } = scene.server.letterhead;
  await expect
    .poll(() => keyZone.status.query())
    .toMatchObject({ waiting: 1, failure: expect.stringContaining('reached') });
  const ready = await fetch(`${scene.server.url}/health/ready`);
  expect(await ready.json()).toMatchObject({ status: 'ok', key_zone: { ok: false, waiting: 1 } });
  expect(await scene.signsWith()).toBe(before);
  await scene.zone.restart();
  await expect
    .poll(() => keyZone.status.query(), { timeout: 40_000 })
    .toMatchObject({ waiting: 0, failure: null });
  expect((await scene.inZone(domain))[1]).toMatch(/^"v=DKIM1; k=rsa; p=MII/);
}, 60_000);
