import { expect, test } from 'vitest';
import { Delegated } from './delegated.ts';
import { SECONDARIES } from './secondary.ts';
import { ZONE_SERVERS } from './zone-server.ts';

const MINUTE = 60_000;
const PAIRS = ZONE_SERVERS.flatMap((primary) => SECONDARIES.map((secondary) => ({ primary, secondary })));

test.each(PAIRS)(
  'no key signs before $secondary has it, too, which transfers the zone from $primary',
  async (pair) => {
    await using scene = await Delegated.begin({}, { ...pair, notifies: false });
    const { secondary } = scene;
    const domain = await scene.create();
    const [first, second] = domain.dns_records;
    await secondary?.catchUp();
    await secondary?.untilHas(second?.value ?? '', 'TXT', (text) => text !== '');
    scene.publish(domain);
    expect(await scene.check()).toMatchObject({ verified: true });
    const before = await scene.signsWith();
    expect(first?.hostname).toBe(`${before}._domainkey`);

    const { selector } = await scene.rotate();
    await scene.check();
    expect(await scene.diagnosis()).toContain('TARGET_STALE warning');
    scene.pass(6 * MINUTE);
    await scene.check();
    expect(await scene.signsWith()).toBe(before);
    expect(await scene.keys()).toEqual(['1 cname active', '2 cname pending']);
    await secondary?.catchUp();
    await secondary?.untilHas(second?.value ?? '', 'TXT', (text) => text.includes('p=MII'));
    await scene.check();
    expect(await scene.signsWith()).toBe(before);
    scene.pass(6 * MINUTE);
    await scene.check();
    expect(await scene.signsWith()).toBe(selector);
  },
);

test('a secondary that is silent holds a rotation up, and takes nothing away', async () => {
  await using scene = await Delegated.begin({}, { secondary: 'named', notifies: true });
  const domain = await scene.create();
  const [, second] = domain.dns_records;
  scene.publish(domain);
  await scene.secondary?.untilHas(second?.value ?? '', 'TXT', (text) => text !== '');
  expect(await scene.check()).toMatchObject({ verified: true });
  const before = await scene.signsWith();
  scene.secondary?.setSilent(true);
  const { selector } = await scene.rotate();
  await scene.check();
  scene.pass(6 * MINUTE);
  expect(await scene.check()).toMatchObject({ verified: true });
  expect(await scene.signsWith()).toBe(before);
  scene.secondary?.setSilent(false);
  await scene.secondary?.untilHas(second?.value ?? '', 'TXT', (text) => text.includes('p=MII'));
  await scene.check();
  scene.pass(6 * MINUTE);
  await scene.check();
  expect(await scene.signsWith()).toBe(selector);
});

test('a key zone that its primary signs with DNSSEC is fed, compared and rotated as any other', async () => {
  await using scene = await Delegated.begin({}, { signs: true });
  const domain = await scene.create();
  const { keyZone } = scene.server.letterhead;
  scene.publish(domain);
  expect(await scene.check()).toMatchObject({ verified: true });
  const { selector } = await scene.rotate();
  expect(await keyZone.compare.mutate()).toEqual([]);
  const content = await scene.zone.content();
  expect(content.filter((line) => line.includes('RRSIG TXT'))).toHaveLength(2);
  await scene.zone.overwrite(domain.dns_records[0]?.value ?? '', 'v=DKIM1; p=EVIL');
  expect(await keyZone.repair.mutate()).toHaveLength(1);
  expect(await keyZone.compare.mutate()).toEqual([]);
  await scene.check();
  scene.pass(6 * MINUTE);
  await scene.check();
  expect(await scene.signsWith()).toBe(selector);
});
