import { expect, test } from 'vitest';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { HOUR, MINUTE } from '../monitor/fake-time.ts';
import { MonitorFixture } from '../monitor/monitor-fixture.ts';
import { OUR_KEY, SELECTOR } from '../verification/sending-domain.ts';
import { describeBehind, type Internet } from './internet.ts';
import type { Site } from './site.ts';

describeBehind(['unbound'], (internet) => {
  test('the monitor never loses a domain of two providers of which one has the record', async () => {
    const site = await internet().newSite();
    await using monitor = await startMonitor(internet());
    await site.serve(['knot'], monitoredRecord(site));
    await site.serve(['named'], '');
    await site.delegate('knot', 'named');
    const domain = await monitor.add({ domain: site.name });
    await monitor.tick(1);
    await checkForDays(monitor, internet(), site, 7);
    expect(await eventsOf(monitor, domain)).toEqual(['domain.verified']);
    expect(monitor.failures).toEqual([]);
  });

  test('the monitor keeps a domain verified while it is moved, one provider after the other', async () => {
    const site = await internet().newSite();
    await using monitor = await startMonitor(internet());
    const record = monitoredRecord(site);
    const servers = site.serversOf('nsd');
    const domain = await monitor.add({ domain: site.name });
    const expectVerified = async () => {
      await checkForDays(monitor, internet(), site, 1);
      expect(await eventsOf(monitor, domain)).toEqual(['domain.verified']);
    };
    await site.serve(['knot'], record);
    await site.delegate('knot');
    await monitor.tick(1);
    await expectVerified();
    // The new provider begins without the record; the old one's copy names it already.
    await site.serve(['nsd'], '');
    await site.serve(['knot'], record, { servers });
    await expectVerified();
    // The registrar follows once the record is there.
    await site.serve(['nsd'], record);
    await expectVerified();
    await site.delegate('nsd');
    await expectVerified();
    await site.drop('knot');
    await expectVerified();
  });

  test('the monitor loses a domain that both providers have dropped the record of, at its second look', async () => {
    const site = await internet().newSite();
    await using monitor = await startMonitor(internet());
    const servers = site.serversOf('named');
    await site.serve(['knot'], monitoredRecord(site), { servers });
    await site.serve(['named'], monitoredRecord(site));
    await site.delegate('knot');
    const domain = await monitor.add({ domain: site.name });
    await monitor.tick(1);
    await site.serve(['named'], '');
    await checkForDays(monitor, internet(), site, 1);
    expect(await eventsOf(monitor, domain)).toEqual(['domain.verified']);
    await site.serve(['knot'], '', { servers });
    await checkIn(7 * HOUR, monitor, internet(), site);
    expect(await eventsOf(monitor, domain)).toEqual(['domain.verified', 'domain.degraded']);
    await checkIn(15 * MINUTE, monitor, internet(), site);
    expect(await eventsOf(monitor, domain)).toEqual(['domain.verified', 'domain.degraded', 'domain.lost']);
  });

  test('the monitor tells that a provider refuses a verified domain for more than a day, and that it serves it again', async () => {
    const site = await internet().newSite();
    await using monitor = await startMonitor(internet());
    await site.serve(['knot'], monitoredRecord(site));
    await site.delegate('knot');
    const domain = await monitor.add({ domain: site.name });
    await monitor.tick(1);
    await site.drop('knot');
    await checkForDays(monitor, internet(), site, 2);
    expect(await eventsOf(monitor, domain)).toEqual(['domain.verified', 'domain.unreachable']);
    await site.serve(['knot'], monitoredRecord(site));
    await checkForDays(monitor, internet(), site, 1);
    const events = ['domain.verified', 'domain.unreachable', 'domain.recovered'];
    expect(await eventsOf(monitor, domain)).toEqual(events);
  });
});

function startMonitor({ resolver }: Internet): Promise<MonitorFixture> {
  const resolvers = [{ address: resolver.address, port: 53 }];
  return MonitorFixture.set({ asks: { resolvers, authorityPort: 53 } });
}

/** The record of the domain that the monitor's store has. */
function monitoredRecord(site: Site): string {
  return site.recordAt(`${SELECTOR}._domainkey`, `k=rsa;p=${OUR_KEY}`);
}

/** Lets days pass with the checks that are due in them: four a day. */
async function checkForDays(monitor: MonitorFixture, internet: Internet, site: Site, days: number) {
  for (let check = 0; check < 4 * days; check++) await checkIn(7 * HOUR, monitor, internet, site);
}

async function checkIn(
  ms: number,
  monitor: MonitorFixture,
  { resolver }: Internet,
  site: Site,
): Promise<void> {
  await resolver.forget(site.name);
  monitor.time.pass(ms);
  await monitor.tick(1);
}

async function eventsOf(monitor: MonitorFixture, domain: DomainRow): Promise<string[]> {
  return (await monitor.events(domain)).map(({ type }) => type);
}
