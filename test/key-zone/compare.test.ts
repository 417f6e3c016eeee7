import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareZone } from '../../server/key-zone/compare.ts';
import type { Primary } from '../../server/key-zone/primary.ts';
import type { LabelContent } from '../../server/key-zone/zone-content.ts';
import { keyZoneText } from '../../server/records/dns-records.ts';
import { NEVER, primaryAt, SERVER_TSIG, ZONE } from './primary-at.ts';
import { ZoneServer } from './zone-server.ts';

const NO_KEY = keyZoneText(null);
const ALICE = { account: 1, id: 1 };

test('a comparison tells every name of ours that differs, and nothing of the names of others', async () => {
  const ours = contentOf({ owner: ALICE, label: 'one', texts: { a: 'v=DKIM1; p=AAAA', b: NO_KEY } });
  const records = [
    'a.one TXT "v=DKIM1; p=BBBB"',
    'stray.one A 192.0.2.1',
    'deep.a.one TXT "x"',
    'one.two TXT "of others"',
    'a\\.b.one TXT "of others, whose name has a dot"',
    'one-more TXT "of others"',
  ];
  await using server = await start(records.join('\n'));
  expect(await compareZone(primaryAt(server), ours, ZONE, NEVER)).toEqual(
    expect.arrayContaining([
      { name: `a.one.${ZONE}`, owner: ALICE, expected: 'v=DKIM1; p=AAAA', found: ['v=DKIM1; p=BBBB'] },
      { name: `b.one.${ZONE}`, owner: ALICE, expected: NO_KEY, found: [] },
      { name: `stray.one.${ZONE}`, owner: ALICE, expected: null, found: ['TYPE1 c0000201'] },
      { name: `deep.a.one.${ZONE}`, owner: ALICE, expected: null, found: ['x'] },
    ]),
  );
});

test('a name that holds our text twice over, in another TTL or beside another, differs', async () => {
  const ours = contentOf({ owner: null, label: 'one', texts: { a: 'text', b: 'text', c: 'text' } });
  await using server = await start(
    'a.one TXT "text"\na.one TXT "another"\nb.one 60 TXT "text"\nc.one TXT "te" "xt"',
  );
  const differences = await compareZone(primaryAt(server), ours, ZONE, NEVER);
  expect(differences.map(({ name }) => name)).toEqual([`a.one.${ZONE}`, `b.one.${ZONE}`]);
});

test('repairing a zone leaves the records of others as they were, whatever these are', async () => {
  const labels = fc.constantFrom('one', 'two', 'three', 'label', 'other', 'a\\.b', 'x_y', '*');
  const foreign = fc.record({
    name: fc.array(labels, { minLength: 1, maxLength: 3 }),
    data: fc.constantFrom(
      'TXT "text"',
      'A 192.0.2.1',
      'MX 10 mail',
      'TXT "te\\"xt" "\\000"',
      'CAA 0 issue "ca"',
    ),
  });
  const texts = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(NO_KEY, 'v=DKIM1; p=AAAA'));
  const owned = fc.record({ label: fc.constantFrom('one', 'two', 'three'), texts });
  await using server = await start('');
  const primary = primaryAt(server);
  await fc.assert(
    fc.asyncProperty(
      fc.array(foreign, { maxLength: 8 }),
      fc.array(owned, { maxLength: 3 }),
      async (others, mine) => {
        const own = new Set(mine.map(({ label }) => label));
        await server.replace(others.map(({ name, data }) => `${name.join('.')} ${data}`).join('\n'));
        const ofOthers = async () => (await recordsOf(primary)).filter(([name = '']) => !isUnder(name, own));
        const before = await ofOthers();
        const content = contentOf(...mine.map((one) => ({ ...one, owner: null })));
        const differences = await compareZone(primary, content, ZONE, NEVER);
        await primary.update(
          differences.map(({ name, expected }) => ({ name, text: expected })),
          NEVER,
        );
        expect(await compareZone(primary, content, ZONE, NEVER)).toEqual([]);
        expect(await ofOthers()).toEqual(before);
      },
    ),
    { numRuns: 200 },
  );
}, 240_000);

/** Whether a name is below one of these labels, and can be one of ours. */
function isUnder(name: string, labels: ReadonlySet<string>): boolean {
  if (!name.endsWith(`.${ZONE}`) || /[^a-z0-9._-]/.test(name)) return false;
  return labels.has(
    name
      .slice(0, -ZONE.length - 1)
      .split('.')
      .at(-1) ?? '',
  );
}

/** All records of the zone but the SOA, octet for octet. */
async function recordsOf(primary: Primary): Promise<string[][]> {
  const records: string[][] = [];
  await primary.transfer(
    ({ name, type, class: kind, ttl, data }) =>
      records.push([name, ...[type, kind, ttl].map(String), data.toString('hex')]),
    NEVER,
  );
  return records.sort((one, other) => (one.join() < other.join() ? -1 : 1));
}

function contentOf(
  ...labels: readonly { owner: LabelContent['owner']; label: string; texts: Record<string, string> }[]
) {
  return {
    async *all() {
      for (const one of labels) yield { ...one, texts: new Map(Object.entries(one.texts)) };
    },
    of: async () => undefined,
  };
}

function start(records: string): Promise<ZoneServer> {
  return ZoneServer.start('knot', {
    zone: ZONE,
    records,
    replaceable: true,
    tsig: SERVER_TSIG,
  });
}
