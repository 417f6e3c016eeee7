import { describe, expect, test, vi } from 'vitest';
import { dkimStateOf } from '../../server/records/record-states.ts';
import { readKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import { arrangeMoving, C, D, MOVING_SERVERS, type Moving } from '../verification/moving-dns.ts';
import { OUR_KEY, SELECTOR, sendingDomain, VERIFIED } from '../verification/sending-domain.ts';
import { HOUR, MINUTE, SECOND } from './fake-time.ts';
import { ASKER, MonitorFixture, REQUEST } from './monitor-fixture.ts';

const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS = { TXT: [`k=rsa;p=${OUR_KEY}`] };
const FOREVER = 60 * SECOND;

describe('the monitor', () => {
  test('the monitor finds a record that is published, makes an event, keeps the evidence, and checks again in six hours', async () => {
    await using scene = await MonitorFixture.set();
    const domain = await scene.add();
    await scene.tick(1);
    expect(dkimStateOf(await scene.row(domain)).verified).toBe(false);

    scene.servers.publish(FQDN, OURS);
    scene.time.pass(MINUTE);
    await scene.tick(1);
    expect(dkimStateOf(await scene.row(domain)).verified).toBe(true);
    expect((await scene.events(domain)).map(({ type, actor }) => [type, actor.kind])).toEqual([
      ['domain.verified', 'monitor'],
    ]);
    const kept = readKeptDiagnosis(domain, await scene.store.checks.evidence(scene.account, domain.id));
    expect(kept?.records['dkim:1']).toMatchObject({ state: 'valid', code: 'OK', found: OURS.TXT });

    const times = (await scene.store.domains.get(scene.account, domain.id))?.checks;
    const ahead = Date.parse(times?.due['dkim:1'] ?? '') - scene.time.clock().getTime();
    expect(ahead).toBeGreaterThan(5.3 * HOUR);
    expect(ahead).toBeLessThan(6.7 * HOUR);
    await scene.tick(0);
    expect(scene.reports).toHaveLength(2);
    expect(scene.failures).toEqual([]);
  });

  test('checks that are due share the way to a provider’s name servers, and verify-dns finds it anew', async () => {
    const customer = { '@': { NS: ['ns1.provider.test'] } };
    const provider = { ns1: { A: ['127.0.0.2'] } };
    await using scene = await MonitorFixture.set({
      dns: { zones: { 'provider.test': provider, 'one.test': customer, 'other.test': customer } },
    });
    const asked = () => scene.servers.resolver.queriesFor('ns1.provider.test', 'A').length;
    await scene.add({ domain: 'one.test' });
    await scene.tick(1);
    const other = await scene.add({ domain: 'other.test' });
    await scene.tick(1);
    expect(asked()).toBe(1);
    await scene.monitor.verifyNow(target(scene, other.id), REQUEST);
    expect(asked()).toBe(2);
    expect(scene.reports.map(({ verdicts }) => verdicts['dkim:1']?.code)).toEqual(
      Array(3).fill('RECORD_MISSING'),
    );
  });

  test('the monitor takes `verified` away only when it finds the record wrong twice, a quarter of an hour apart', async () => {
    await using scene = await MonitorFixture.set();
    const domain = await scene.add({ dkim: VERIFIED });
    await scene.tick(1);
    expect(await scene.row(domain)).toMatchObject({ records: [{ verified: true, degraded: true }] });
    scene.time.pass(14 * MINUTE);
    await scene.tick(0);
    expect(scene.reports).toHaveLength(1);
    scene.time.pass(MINUTE);
    await scene.tick(1);
    expect(await scene.row(domain)).toMatchObject({
      records: [{ verified: false, since: '2026-01-01T00:15:00Z' }],
    });
    expect((await scene.events(domain)).map(({ type }) => type)).toEqual(['domain.degraded', 'domain.lost']);

    scene.servers.publish(FQDN, OURS);
    scene.time.pass(MINUTE);
    await scene.tick(1);
    expect((await scene.events(domain)).map(({ type }) => type)).toContain('domain.verified');
  });

  test.each(['verified', 'not verified'])(
    'the monitor changes nothing while servers fail for hours: %s',
    async (before) => {
      await using scene = await MonitorFixture.set();
      if (before === 'verified') scene.servers.publish(FQDN, OURS);
      const domain = await scene.add();
      await scene.tick(1);
      const dkim = dkimStateOf(await scene.row(domain));
      expect(dkim.verified).toBe(before === 'verified');

      for (const server of [scene.servers.resolver, ...scene.servers.authorities]) server.fault = 'servfail';
      for (let hour = 0; hour < 8; hour++) {
        scene.time.pass(HOUR);
        await scene.monitor.tick();
        expect((await scene.monitor.verifyNow(target(scene, domain.id), REQUEST))?.records).toEqual([dkim]);
      }
      for (const server of [scene.servers.resolver, ...scene.servers.authorities]) server.fault = null;
      expect((await scene.monitor.verifyNow(target(scene, domain.id), REQUEST))?.records).toEqual([dkim]);
      expect(await scene.events(domain)).toHaveLength(before === 'verified' ? 1 : 0);
    },
  );

  test.each<[string, Moving]>([
    ['the registrar names both servers, and each zone itself', { registrar: [C, D], resolver: C }],
    ['the registrar names the server with the record', { registrar: [C], zoneAtC: [D], resolver: C }],
    ['the registrar names the server without the record', { registrar: [D], resolver: C }],
  ])('a domain is neither degraded nor lost while one side has its record: %s', async (_who, moving) => {
    await using scene = await MonitorFixture.set({ dns: MOVING_SERVERS, patience: 200 });
    const { c, d, follow } = arrangeMoving(scene.servers, moving);
    c.publish(FQDN, OURS);
    const domain = await scene.add();
    await scene.tick(1);
    const verify = async () => (await scene.monitor.verifyNow(target(scene, domain.id), REQUEST))?.verified;
    const isMixed = moving.registrar.length === 2;
    for (const fault of [null, 'refused', 'silent', 'servfail'] as const) {
      for (const server of [c, d]) {
        if (isMixed) follow(server === c ? C : D);
        server.fault = fault;
        scene.time.pass(7 * HOUR);
        await scene.tick(1);
        expect(await verify(), `${fault}`).toBe(true);
        server.fault = null;
      }
    }
    expect((await scene.events(domain)).map(({ type }) => type)).toEqual(['domain.verified']);
    c.publish(FQDN, null);
    expect(await verify()).toBe(false);
  });

  test('a slow zone holds up no other domain of the monitor', async () => {
    const zones = { 'example.org': {}, 'slow.example': {} };
    await using scene = await MonitorFixture.set({ dns: { zones }, patience: FOREVER });
    const slow = `${SELECTOR}._domainkey.slow.example`;
    for (const server of scene.servers.authorities) server.faults.set(slow, 'silent');
    await scene.add({ domain: 'slow.example' });
    const quick = await scene.add();
    scene.servers.publish(FQDN, OURS);
    await scene.tick(1);
    expect(dkimStateOf(await scene.row(quick)).verified).toBe(true);
    expect(scene.monitor.load.inFlight).toBe(1);
  });

  test('an account with many silent domains holds up no other’s due or requested checks', async () => {
    const zones = { 'example.org': {}, 'silent.example': {} };
    await using scene = await MonitorFixture.set({
      dns: { zones },
      patience: FOREVER,
      limits: { total: 16, perOwner: 8 },
    });
    for (let i = 0; i < 60; i++) {
      const label = `d${i}`;
      await scene.add({ domain: `${label}.silent.example`, subdomain: label });
      for (const server of scene.servers.authorities)
        server.faults.set(`${SELECTOR}._domainkey.${label}.silent.example`, 'silent');
    }
    const account_id = await scene.addAccount();
    const due = await scene.add({ account_id });
    scene.servers.publish(FQDN, OURS);
    await scene.tick(1);
    expect(dkimStateOf(await scene.row(due)).verified).toBe(true);
    expect(scene.monitor.load).toEqual({ inFlight: 6, waiting: 54 });
    const asked = await scene.monitor.verifyNow({ account: account_id, id: due.id }, REQUEST);
    expect(asked?.verified).toBe(true);
  });

  test('the monitor goes on when the disk is full, and makes the check again a minute later', async () => {
    await using scene = await MonitorFixture.set();
    const domain = await scene.add();
    scene.servers.publish(FQDN, OURS);
    scene.diskIsFull = true;
    await scene.tick(1);
    expect(scene.failures).toHaveLength(1);
    expect(dkimStateOf(await scene.row(domain)).verified).toBe(false);

    scene.diskIsFull = false;
    scene.time.pass(MINUTE);
    await scene.tick(1);
    expect(dkimStateOf(await scene.row(domain)).verified).toBe(true);
  });

  test('the monitor spreads the backlog of a long stop, except for what somebody waits for', async () => {
    await using scene = await MonitorFixture.set({ start: '2026-02-01T00:00:00Z' });
    const count = 300;
    for (let i = 0; i < count; i++) await scene.add({ domain: `d${i}.example.org`, dkim: VERIFIED });
    const fresh = await scene.add();
    scene.servers.publish(FQDN, OURS);
    await scene.tick(1);
    expect(scene.reports.map(({ row }) => row.id)).toEqual([fresh.id]);
    const start = scene.time.clock().getTime();
    const rows = await scene.store.domains.list(scene.account, { limit: count });
    const delays = rows.map(({ checks }) => (Date.parse(checks?.due['dkim:1'] ?? '') - start) / SECOND);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(13);
    expect(new Set(delays).size).toBeGreaterThan(6);
  });
});

describe('verify now', () => {
  test('verify-dns says what the DNS says, at once and in both directions', async () => {
    await using scene = await MonitorFixture.set();
    const domain = await scene.add();
    scene.servers.publish(FQDN, OURS);
    expect(await scene.monitor.verifyNow(target(scene, domain.id), REQUEST)).toMatchObject({
      records: [{ verified: true }],
    });
    scene.servers.publish(FQDN, null);
    expect(await scene.monitor.verifyNow(target(scene, domain.id), REQUEST)).toMatchObject({
      records: [{ verified: false }],
    });
    expect((await scene.events(domain)).map(({ type, actor }) => [type, actor])).toEqual([
      ['domain.verified', ASKER],
      ['domain.lost', ASKER],
    ]);
  });

  test('callers of verify-dns at the same time share one check', async () => {
    await using scene = await MonitorFixture.set();
    const domain = await scene.add();
    const rows = await Promise.all(
      Array.from({ length: 20 }, () => scene.monitor.verifyNow(target(scene, domain.id), REQUEST)),
    );
    expect(new Set(rows).size).toBe(1);
    expect(scene.servers.authorities[0]?.queriesFor(FQDN, 'TXT')).toHaveLength(1);
    expect(scene.reports).toHaveLength(1);
  });

  test('verify-dns drops what it found for a selector that a rename has replaced meanwhile', async () => {
    await using scene = await MonitorFixture.set({ dns: { latency: 100 } });
    const domain = await scene.add();
    scene.servers.publish(FQDN, OURS);
    const verified = scene.monitor.verifyNow(target(scene, domain.id), REQUEST);
    const { keys, records } = sendingDomain({ selector: 'zyx98wvu765' });
    await scene.store.domains.update(scene.account, domain.id, (row) => ({
      row: { ...row, keys, records },
      events: [],
    }));
    expect(await verified).toMatchObject({ keys, records: [{ verified: false }] });
    expect(await scene.store.checks.evidence(scene.account, domain.id)).toBeUndefined();
    expect(await scene.events(domain)).toEqual([]);
  });

  test('verify-dns ends when its time is up, with the domain as it was', async () => {
    await using scene = await MonitorFixture.set({ patience: FOREVER });
    const domain = await scene.add({ dkim: VERIFIED });
    for (const server of [scene.servers.resolver, ...scene.servers.authorities]) server.fault = 'silent';
    const verified = scene.monitor.verifyNow(target(scene, domain.id), REQUEST);
    await until(() => scene.servers.resolver.queries.length > 0);
    scene.time.pass(10 * SECOND);
    expect(await verified).toEqual({ ...domain, checks: expect.anything() });
  });

  test('verify-dns judges what was found when its time is up', async () => {
    await using scene = await MonitorFixture.set({ patience: FOREVER, dns: { authorities: 2 } });
    const domain = await scene.add();
    scene.servers.publish(FQDN, OURS);
    const [, second] = scene.servers.authorities;
    second?.faults.set(FQDN, 'silent');
    const verified = scene.monitor.verifyNow(target(scene, domain.id), REQUEST);
    await until(() => scene.lookups.some(({ type, outcome }) => type === 'TXT' && outcome === 'present'));
    scene.time.pass(10 * SECOND);
    expect(await verified).toMatchObject({ records: [{ verified: true }] });
  });

  test('verify-dns is refused at shutdown, and nothing of it is kept', async () => {
    await using scene = await MonitorFixture.set({ patience: FOREVER });
    const domain = await scene.add({ dkim: VERIFIED });
    for (const server of [scene.servers.resolver, ...scene.servers.authorities]) server.fault = 'silent';
    const verified = scene.monitor.verifyNow(target(scene, domain.id), REQUEST);
    await until(() => scene.servers.resolver.queries.length > 0);
    const closed = scene.monitor.close();
    await expect(verified).rejects.toMatchObject({ code: 'unavailable', retryAfter: expect.any(Number) });
    await closed;
    expect(await scene.row(domain)).toEqual(domain);
    expect(await scene.store.checks.evidence(scene.account, domain.id)).toBeUndefined();
  });

  test('verify-dns notices that the domain is gone', async () => {
    await using scene = await MonitorFixture.set();
    expect(await scene.monitor.verifyNow(target(scene, 4711), REQUEST)).toBeUndefined();
  });

  test('verify-dns passes on that the store cannot take the result', async () => {
    await using scene = await MonitorFixture.set();
    const domain = await scene.add();
    scene.servers.publish(FQDN, OURS);
    scene.diskIsFull = true;
    await expect(scene.monitor.verifyNow(target(scene, domain.id), REQUEST)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 10_000, interval: 5 });

const target = ({ account }: MonitorFixture, id: number) => ({ account, id });
