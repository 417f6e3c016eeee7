import { randomBytes } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { correctTimes } from '../../server/monitor/schedule.ts';
import { dkimStateOf } from '../../server/records/record-states.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { startTestServer } from '../running-server.ts';
import {
  CREATED,
  NOT_VERIFIED,
  OUR_KEY,
  SELECTOR,
  sendingDomain,
  VERIFIED,
} from '../verification/sending-domain.ts';
import { HOUR, MINUTE } from './fake-time.ts';
import { MonitorFixture } from './monitor-fixture.ts';

const YEAR = 365 * 24 * HOUR;
const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS = { TXT: [`k=rsa;p=${OUR_KEY}`] };

/** Milliseconds until the domain is next looked at. */
async function wait(scene: MonitorFixture, { id }: DomainRow): Promise<number> {
  const due = (await scene.store.domains.get(scene.account, id))?.checks?.due['dkim:1'] ?? '';
  return Date.parse(due) - scene.time.clock().getTime();
}

describe('a clock that was a year ahead for a while, and is right again', () => {
  test('a verified domain that was checked while the clock was a year ahead is checked within its six hours, and its loss is found', async () => {
    await using scene = await MonitorFixture.set();
    scene.servers.publish(FQDN, OURS);
    const domain = await scene.add();
    scene.time.pass(YEAR);
    await scene.tick(1);
    expect(dkimStateOf(await scene.row(domain)).verified).toBe(true);

    scene.time.pass(-YEAR);
    scene.servers.publish(FQDN, null);
    await scene.tick(0);
    expect(await wait(scene, domain)).toBeLessThanOrEqual(6.6 * HOUR);
    scene.time.pass(6.6 * HOUR);
    await scene.tick(1);
    scene.time.pass(15 * MINUTE);
    await scene.tick(1);
    expect(dkimStateOf(await scene.row(domain)).verified).toBe(false);
  });

  test('a domain that was given up while the clock was a year ahead is checked again', async () => {
    await using scene = await MonitorFixture.set();
    const domain = await scene.add();
    scene.time.pass(YEAR);
    await scene.tick(1);
    expect(await wait(scene, domain)).toBeNaN();

    scene.time.pass(HOUR - YEAR);
    await scene.tick(0);
    expect(await wait(scene, domain)).toBeLessThanOrEqual(HOUR);
  });

  test('a domain that was made while the clock was a year ahead is checked as if it had been made now', async () => {
    await using scene = await MonitorFixture.set({ start: '2027-01-01T00:00:00Z' });
    const domain = await scene.add();
    await scene.tick(1);
    scene.time.pass(-YEAR);
    await scene.tick(0);
    const waits: number[] = [];
    for (let looks = 0; looks < 5; looks++) {
      const next = await wait(scene, domain);
      waits.push(next / MINUTE);
      scene.time.pass(next);
      await scene.tick(1);
    }
    expect(waits).toEqual([1, 1, 1, 3, 5]);
    expect(dkimStateOf(await scene.row(domain)).since).toBe('2026-01-01T00:01:00Z');
  });

  test('setting the clock right changes no time that is as it should be', () => {
    const now = new Date('2026-01-01T01:00:00Z');
    const row = sendingDomain({ dkim: VERIFIED, return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
    const times = {
      checked_at: CREATED,
      began_at: CREATED,
      due: { 'dkim:1': '2026-01-01T07:36:00Z', return_path: '2026-01-02T01:00:00Z' },
      codes: {},
    };
    expect(correctTimes(row, times, now, randomBytes)).toBe(times);
    const old = new Date('2026-03-01T00:00:00Z');
    const givenUp = {
      checked_at: CREATED,
      began_at: CREATED,
      due: { 'dkim:1': null, return_path: null },
      codes: {},
    };
    expect(correctTimes(sendingDomain(), givenUp, old, randomBytes)).toBe(givenUp);
  });

  test('a verified domain whose record is gone does not stay verified after a restart with the clock set right', async () => {
    let ahead = YEAR;
    const clock = () => new Date(Date.now() + ahead);
    const before = await startTestServer({ clock });
    const { id, dns_records } = await before.letterhead.domains.create.mutate({
      account: 1,
      domain: 'example.org',
    });
    const [record] = dns_records;
    const fqdn = `${record?.hostname}.example.org`;
    before.dns.publish(fqdn, { TXT: [record?.value ?? ''] });
    await before.letterhead.domains.verifyDns.mutate({ account: 1, id });

    ahead = 0;
    await using server = await before.restart();
    const diagnosis = () => server.letterhead.domains.diagnosis.query({ account: 1, id });
    await vi.waitUntil(
      async () => ((await diagnosis()).next_check_at ?? clock()) < new Date(Date.now() + 6.7 * HOUR),
      {
        timeout: 10_000,
      },
    );
    expect((await diagnosis()).checked_at?.getTime()).toBeLessThanOrEqual(Date.now());
    server.dns.publish(fqdn, null);
    ahead = 6.7 * HOUR;
    await vi.waitUntil(async () => (await diagnosis()).status === 'degraded', { timeout: 10_000 });
    ahead = 7 * HOUR;
    await vi.waitUntil(async () => (await diagnosis()).status === 'failed', { timeout: 10_000 });
  });

  test('a key that began to retire while the clock was a year ahead retires a week after the clock is right', async () => {
    const time = { now: Date.now() + YEAR };
    await using server = await startTestServer({ clock: () => new Date(time.now) });
    const target = { account: 1, id: 1 };
    const { letterhead } = server;
    await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    await letterhead.keys.rotate.mutate(target);
    for (const { hostname, value } of (await letterhead.domains.get.query(target)).dns_records)
      server.dns.publish(`${hostname}.example.org`, { TXT: [value] });
    const states = async () => {
      await letterhead.domains.verifyDns.mutate(target);
      return (await letterhead.keys.list.query(target)).map(({ state }) => state);
    };
    expect(await states()).toEqual(['retiring', 'active']);
    time.now -= YEAR;
    const isCorrected = async () =>
      Number((await letterhead.domains.diagnosis.query(target)).checked_at) <= time.now;
    await vi.waitUntil(isCorrected, { timeout: 10_000 });
    expect(await states()).toEqual(['retiring', 'active']);
    time.now += 7 * 24 * HOUR;
    expect(await states()).toEqual(['active']);
  });
});
