import { recordFqdn } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { MINUTE, SECOND } from './fake-time.ts';

const TTL = 600;

test('an event says until when mail still verifies and the domain stays verified, and what to do, as the diagnosis does', async () => {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  await using server = await startTestServer({ clock: () => new Date(clock.now) });
  const { letterhead, dns } = server;
  const domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const target = { account: 1, id: domain.id };
  const { token } = await letterhead.shares.create.mutate(target);
  const publish = (ttl: number | null) => {
    for (const { hostname, value } of domain.dns_records)
      dns.publish(recordFqdn(hostname, domain), ttl === null ? null : { TXT: [value], ttl });
  };
  const lastEvent = async () => (await server.rest('GET', '/accounts/1/events')).body.data.at(-1);
  const check = async () => {
    clock.now += 20 * MINUTE;
    await server.rest('POST', '/share/verify-dns', { token });
    return lastEvent();
  };

  publish(TTL);
  expect(await letterhead.domains.verifyDns.mutate(target)).toMatchObject({ verified: true });
  const servers = [dns.resolver, ...dns.authorities];
  for (const one of servers) one.fault = 'servfail';
  await check();
  for (const one of servers) one.fault = null;
  publish(null);
  const degraded = await check();
  const diagnosis = await letterhead.domains.diagnosis.query(target);
  const [{ title, fix, action } = never()] = diagnosis.records;
  expect(degraded).toMatchObject({ type: 'domain.degraded', changes: { title, fix, action } });
  expect(degraded.changes).toMatchObject({
    cached_until: instant(clock.now + TTL * SECOND),
    verified_until: instant(clock.now + 15 * MINUTE),
  });
  expect(diagnosis.next_check_at).toEqual(new Date(degraded.changes.verified_until));

  expect(await letterhead.domains.verifyDns.mutate(target)).toMatchObject({ verified: false });
  expect(await lastEvent()).toMatchObject({ type: 'domain.lost', changes: { title, fix, action } });

  // A zone may give any TTL, but caches hold nothing for longer than a week.
  publish(2 ** 31 - 1);
  expect(await letterhead.domains.verifyDns.mutate(target)).toMatchObject({ verified: true });
  publish(null);
  expect((await check()).changes.cached_until).toBe(instant(clock.now + 7 * 24 * 60 * MINUTE));
});

function instant(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function never(): never {
  throw new Error('There is no record.');
}
