import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { readKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import { startTestServer, type TestServer } from '../running-server.ts';
import { OUR_KEY, SELECTOR, VERIFIED } from '../verification/sending-domain.ts';
import { HOUR, MINUTE, SECOND } from './fake-time.ts';
import { MonitorFixture } from './monitor-fixture.ts';

const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS = { TXT: [`k=rsa;p=${OUR_KEY}`] };
/** No answer is missed because the machine is busy. */
const PATIENT = { patience: 60 * SECOND };
const RETURN_PATH = { ...VERIFIED, target: 't.example.net' };

function setSilent(scene: MonitorFixture, silent: boolean): void {
  for (const server of [scene.servers.resolver, ...scene.servers.authorities])
    server.fault = silent ? 'servfail' : null;
}

/** A domain whose record was found now. */
async function addVerified(scene: MonitorFixture): Promise<DomainRow> {
  scene.servers.publish(FQDN, OURS);
  const domain = await scene.add();
  await scene.tick(1);
  return domain;
}

/** Lets time pass until the domain is next due, and has it checked. Milliseconds that passed. */
async function nextDueCheck(scene: MonitorFixture, domain: DomainRow): Promise<number> {
  const dues = Object.values((await scene.row(domain)).checks?.due ?? {}).filter((at) => at !== null);
  const wait = Math.min(...dues.map((at) => Date.parse(at))) - scene.time.clock().getTime();
  scene.time.pass(wait);
  await scene.tick(1);
  return wait;
}

/** Lets time pass, and has the domain checked as it is due then. */
async function checkAfter(scene: MonitorFixture, ms: number): Promise<void> {
  scene.time.pass(ms);
  await scene.tick(1);
}

async function typesOf(scene: MonitorFixture, domain: DomainRow): Promise<string[]> {
  return (await scene.events(domain)).map(({ type }) => type);
}

describe('silence', () => {
  test('a verified domain whose name servers fail is unreachable after 24 hours, once, and stays verified until it recovers', async () => {
    await using scene = await MonitorFixture.set(PATIENT);
    const domain = await addVerified(scene);
    setSilent(scene, true);
    let age = 0;
    while (age < 24 * HOUR) {
      expect(await typesOf(scene, domain)).toEqual(['domain.verified']);
      age += await nextDueCheck(scene, domain);
    }
    expect(age).toBe(24 * HOUR);
    expect(await typesOf(scene, domain)).toEqual(['domain.verified', 'domain.unreachable']);
    const [, event] = await scene.events(domain);
    expect(event).toMatchObject({
      actor: { kind: 'monitor' },
      changes: { record: 'DKIM', code: 'DNS_SERVFAIL', heard_at: '2026-01-01T00:00:00Z' },
    });
    const kept = readKeptDiagnosis(domain, await scene.store.checks.evidence(scene.account, domain.id));
    const { title, fix, action } = kept?.records['dkim:1'] ?? {};
    expect(event?.changes).toMatchObject({ title, fix, action });
    for (let checks = 0; checks < 8; checks++) await nextDueCheck(scene, domain);
    expect(await scene.row(domain)).toMatchObject({ verified: true, records: [{ degraded: true }] });
    expect(await typesOf(scene, domain)).toHaveLength(2);

    setSilent(scene, false);
    await nextDueCheck(scene, domain);
    expect(await typesOf(scene, domain)).toEqual([
      'domain.verified',
      'domain.unreachable',
      'domain.recovered',
    ]);
    expect(await scene.row(domain)).toMatchObject({ records: [{ verified: true, degraded: false }] });
  });

  test('one definitive answer begins the 24 hours of silence anew', async () => {
    await using scene = await MonitorFixture.set(PATIENT);
    const domain = await addVerified(scene);
    for (const silent of [true, false, true]) {
      setSilent(scene, silent);
      await checkAfter(scene, 20 * HOUR);
    }
    expect(await typesOf(scene, domain)).toEqual(['domain.verified']);
    await checkAfter(scene, 4 * HOUR);
    expect(await typesOf(scene, domain)).toEqual(['domain.verified', 'domain.unreachable']);
  });

  test('the first check after a long stop makes no domain unreachable, only one that hears nothing a quarter of an hour later', async () => {
    await using scene = await MonitorFixture.set(PATIENT);
    const domain = await addVerified(scene);
    setSilent(scene, true);
    scene.time.pass(72 * HOUR);
    await scene.tick(1);
    expect(await typesOf(scene, domain)).toEqual(['domain.verified']);
    expect(await nextDueCheck(scene, domain)).toBe(15 * MINUTE);
    expect(await typesOf(scene, domain)).toEqual(['domain.verified', 'domain.unreachable']);
  });

  test('a record that was found wrong once is not lost by one more finding after a day of silence', async () => {
    await using scene = await MonitorFixture.set(PATIENT);
    const domain = await addVerified(scene);
    scene.servers.publish(FQDN, null);
    await nextDueCheck(scene, domain);
    setSilent(scene, true);
    for (let hours = 0; hours < 24; hours += 12) await checkAfter(scene, 12 * HOUR);
    setSilent(scene, false);
    await nextDueCheck(scene, domain);
    expect(await scene.row(domain)).toMatchObject({ verified: true, records: [{ degraded: true }] });
    await nextDueCheck(scene, domain);
    expect(await typesOf(scene, domain)).toEqual([
      'domain.verified',
      'domain.degraded',
      'domain.unreachable',
      'domain.degraded',
      'domain.lost',
    ]);
  });

  test('a silent domain makes one event, whatever other records it has, and one that is not verified makes none', async () => {
    await using scene = await MonitorFixture.set(PATIENT);
    const domain = await scene.add({ dkim: VERIFIED, return_path: RETURN_PATH });
    const pending = await scene.add({ domain: 'www.example.org' });
    setSilent(scene, true);
    await scene.tick(2);
    for (let hours = 0; hours < 24; hours += 12) {
      scene.time.pass(12 * HOUR);
      await scene.tick(2);
    }
    expect(await typesOf(scene, domain)).toEqual(['domain.unreachable']);
    expect(await typesOf(scene, pending)).toEqual([]);
  });

  test('silence is counted on over a restart of the server', async () => {
    await using scene = await MonitorFixture.set(PATIENT);
    const domain = await addVerified(scene);
    setSilent(scene, true);
    scene.time.pass(12 * HOUR);
    await scene.tick(1);
    await scene.restart();
    scene.time.pass(12 * HOUR);
    await scene.tick(1);
    expect(await typesOf(scene, domain)).toEqual(['domain.verified', 'domain.unreachable']);
    await scene.restart();
    await nextDueCheck(scene, domain);
    expect(await typesOf(scene, domain)).toHaveLength(2);
  });

  test('an unreachable domain is degraded for its account, also where an earlier version kept what was last heard', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    await using first = await startTestServer({ clock: () => new Date(now) });
    const { id, dns_records } = await first.letterhead.domains.create.mutate({
      account: 1,
      domain: 'example.org',
    });
    for (const { hostname, value } of dns_records)
      first.dns.publish(`${hostname}.example.org`, { TXT: [value] });
    const verify = async (server: TestServer) =>
      server.letterhead.domains.verifyDns.mutate({ account: 1, id });
    expect(await verify(first)).toMatchObject({ verified: true });
    const file = join(first.dataDir, 'evidence', '1', `${id}.json`);
    const kept = await readFile(file, 'utf8');
    const older = kept.replace(/,\s*"heard_at": "[^"]*"/, '');
    expect(older).not.toBe(kept);
    await writeFile(file, older);

    for (const one of [first.dns.resolver, ...first.dns.authorities]) one.fault = 'servfail';
    now += 12 * HOUR;
    await verify(first);
    await using second = await first.restart();
    now += 12 * HOUR;
    expect(await verify(second)).toMatchObject({ verified: true });
    expect(await second.letterhead.domains.statuses.query({ account: 1 })).toMatchObject([
      { status: 'degraded' },
    ]);
    const { body } = await second.rest('GET', '/accounts/1/events?after=0');
    const silent = body.data.filter(({ type }: { type: string }) => type === 'domain.unreachable');
    expect(silent).toMatchObject([{ changes: { record: 'DKIM', heard_at: '2026-01-01T00:00:00Z' } }]);
  });
});
