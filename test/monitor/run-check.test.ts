import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { CheckJob } from '../../server/monitor/check-job.ts';
import { runCheck } from '../../server/monitor/run-check.ts';
import { systemTimer } from '../../server/timer.ts';
import { readKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import { createLoopbackDns } from '../dns/loopback-check.ts';
import { OUR_KEY, SELECTOR, VERIFIED } from '../verification/sending-domain.ts';
import { MINUTE, SECOND } from './fake-time.ts';
import { ASKER, MonitorFixture, REQUEST } from './monitor-fixture.ts';

test('the diagnosis is kept before the event of a verified record is sent, so that no page still shows the old one', async () => {
  await using scene = await MonitorFixture.set();
  const domain = await scene.add();
  scene.servers.publish(`${SELECTOR}._domainkey.example.org`, { TXT: [`k=rsa;p=${OUR_KEY}`] });
  const heard: ReturnType<typeof scene.store.checks.evidence>[] = [];
  await scene.store.events.watch(scene.account, () =>
    heard.push(scene.store.checks.evidence(scene.account, domain.id)),
  );
  await scene.monitor.verifyNow({ account: scene.account, id: domain.id }, REQUEST);
  expect(heard).toHaveLength(1);
  const kept = readKeptDiagnosis(domain, await heard[0]);
  expect(kept?.records['dkim:1']?.state).toBe('valid');
});

test('two checks of one domain that overlap, as in two processes, do not lose it within seconds', async () => {
  await using scene = await MonitorFixture.set();
  const domain = await scene.add({ dkim: VERIFIED });
  const check = () => {
    const deps = {
      clock: scene.time.clock,
      store: scene.store,
      random: randomBytes,
      proveKey: async () => true,
      dns: createLoopbackDns(scene.servers),
      observer: { checked() {}, failed: (_: unknown, error: unknown) => scene.failures.push(error) },
    };
    return runCheck(deps, new CheckJob({ account: scene.account, id: domain.id }, systemTimer));
  };
  await Promise.all([check(), check()]);
  const types = async () => (await scene.events(domain)).map(({ type }) => type);
  expect(await types()).toEqual(['domain.degraded']);
  scene.time.pass(5 * SECOND);
  // As if its times had been lost: it is due at once.
  const now = '2026-01-01T00:00:00Z';
  const unknown = { checked_at: now, began_at: now, due: {}, codes: {} };
  await scene.store.checks.reschedule({ account: scene.account, id: domain.id }, unknown);
  await check();
  expect(await scene.row(domain)).toMatchObject({ verified: true, records: [{ degraded: true }] });
  scene.time.pass(15 * MINUTE);
  await check();
  expect(await types()).toEqual(['domain.degraded', 'domain.lost']);
  expect(scene.failures).toEqual([]);
});

test('whoever has a share link degrades a record by a check, and does not take `verified` away', async () => {
  await using scene = await MonitorFixture.set();
  const domain = await scene.add({ dkim: VERIFIED });
  const target = { account: scene.account, id: domain.id };
  for (let checks = 0; checks < 3; checks++) {
    const checked = await scene.monitor.verifyNow(target, { actor: ASKER, mode: 'share' });
    expect(checked).toMatchObject({ verified: true, records: [{ degraded: true }] });
    scene.time.pass(10 * MINUTE);
  }
  const both = [
    scene.monitor.verifyNow(target, { actor: ASKER, mode: 'share' }),
    scene.monitor.verifyNow(target, REQUEST),
  ];
  for (const checked of await Promise.all(both)) expect(checked?.verified).toBe(false);
});
