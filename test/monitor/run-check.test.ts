import { expect, test } from 'vitest';
import { readKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import { OUR_KEY, SELECTOR } from '../verification/sending-domain.ts';
import { ASKER, MonitorFixture } from './monitor-fixture.ts';

test('a page that hears of a verified record and still shows the old diagnosis: what was seen is kept first', async () => {
  await using scene = await MonitorFixture.set();
  const domain = await scene.add();
  scene.servers.publish(`${SELECTOR}._domainkey.example.org`, { TXT: [`k=rsa;p=${OUR_KEY}`] });
  const heard: ReturnType<typeof scene.store.checks.evidence>[] = [];
  await scene.store.events.watch(scene.account, () =>
    heard.push(scene.store.checks.evidence(scene.account, domain.id)),
  );
  await scene.monitor.verifyNow({ account: scene.account, id: domain.id }, ASKER);
  expect(heard).toHaveLength(1);
  const kept = readKeptDiagnosis(domain, await heard[0]);
  expect(kept?.records.dkim?.state).toBe('valid');
});
