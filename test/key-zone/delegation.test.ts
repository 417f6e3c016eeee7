import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { Delegated } from './delegated.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NO_KEY = '"v=DKIM1; p="';

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
  const { records } = await scene.server.letterhead.domains.diagnosis.query(scene.target);
  expect(records[1]).toMatchObject({
    code: 'OK',
    detail: expect.stringContaining('once they have forgotten it'),
    clears_at: expect.any(Date),
  });
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

/** Once its only key is so many days old, and no day before. */
async function expectRotationAfter(scene: Delegated, days: number): Promise<void> {
  scene.pass((days - 1) * DAY);
  await scene.check();
  expect(await scene.keys()).toEqual(['1 cname active']);
  scene.pass(1 * DAY);
  await scene.check();
  await expect.poll(() => scene.keys()).toEqual(['1 cname active', '2 cname pending']);
}

test('a delegated key is rotated by itself once it is older than ROTATE_AFTER_DAYS', async () => {
  await using scene = await Delegated.begin({ ROTATE_AFTER_DAYS: '14' });
  const domain = await scene.create();
  scene.publish(domain);
  await scene.check();
  await expectRotationAfter(scene, 14);
});

test('a key that was verified while the clock was a year ahead is rotated by itself in time', async () => {
  await using scene = await Delegated.begin({ ROTATE_AFTER_DAYS: '14' });
  scene.publish(await scene.create());
  scene.pass(365 * DAY);
  await scene.check();
  scene.pass(-365 * DAY);
  const activatedIn = async () => {
    await scene.check();
    const [key] = await scene.server.letterhead.keys.list.query(scene.target);
    return Number(key?.activated_at) - Date.now();
  };
  await expect.poll(activatedIn).toBeLessThan(MINUTE);
  await expectRotationAfter(scene, 14);
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

test('the status of the key zone and the log of a start say that public DNS does not lead to it', async () => {
  await using scene = await Delegated.begin();
  const { resolver } = scene.server.dns;
  const problem = async () => (await scene.server.letterhead.keyZone.status.query()).delegation_problem;
  expect(await problem()).toBeNull();
  const zone = resolver.zones.get('keys.example');
  resolver.zones.delete('keys.example');
  const notDelegated =
    'keys.example is not delegated in public DNS, so receivers find no keys: add NS records for it to the zone above it, example.';
  expect(await problem()).toBe(notDelegated);
  scene.server = await scene.server.restart();
  await expect.poll(() => scene.server.log.join()).toContain(notDelegated);
  resolver.serve('keys.example', { '@': { NS: ['ns1.example.org'] } });
  expect(await problem()).toContain('is delegated to ns1.example.org, but not served there');
  if (zone !== undefined) resolver.zones.set('keys.example', zone);
  expect(await problem()).toBeNull();
});

test('whoever creates, renames and deletes domains again and again cannot fill the key zone', async () => {
  await using scene = await Delegated.begin({ MAX_DOMAINS_PER_ACCOUNT: '2' });
  const { domains } = scene.server.letterhead;
  const first = await scene.create();
  for (const domain of ['a.example', 'b.example'])
    await domains.update.mutate({ account: 1, id: first.id, domain });
  await domains.delete.mutate({ account: 1, id: first.id });
  const last = await domains.create.mutate({ account: 1, domain: 'c.example' });
  const refused = { data: { code: 'rate_limited' } };
  const renamed = domains.update.mutate({ account: 1, id: last.id, domain: 'd.example' });
  await expect(renamed).rejects.toMatchObject(refused);
  await domains.delete.mutate({ account: 1, id: last.id });
  await expect(scene.create()).rejects.toMatchObject(refused);
});
