import fc from 'fast-check';
import { spf } from 'mailauth/lib/spf/index.js';
import { expect, test } from 'vitest';
import { MAX_SPF_LOOKUPS, MAX_VOID_LOOKUPS } from '../../server/verification/advice/spf-lookups.ts';
import type { AdviceEvidence } from '../../server/verification/evidence.ts';
import type { ZoneNames } from '../dns/zone.ts';
import { GeneratedZones, resolverOf } from './generated-zone.ts';

const ZONES = 1_000;
const DOMAINS = 7;
/** No term matches it, so that a receiver evaluates them all. */
const CLIENT = '203.0.113.9';

const HOSTS: ZoneNames = {
  host: { A: ['192.0.2.1'], AAAA: ['2001:db8::1'], MX: ['10 host.test'] },
  crowd: { MX: Array.from({ length: 11 }, (_, at) => `${at} m${at}.test`) },
  six: { AAAA: ['2001:db8::1'] },
};
for (let at = 0; at < 11; at++) HOSTS[`m${at}`] = { A: ['192.0.2.1'] };

const good = fc.constantFrom(
  'a:host.test',
  'mx:host.test',
  'a:host.test/24//64',
  'A:HOST.test.',
  'mx:host.test/8',
  'ptr',
  'ptr:host.test',
);
const void_ = fc.constantFrom(
  'a:gone1.test',
  'mx:gone2.test',
  'exists:gone3.test',
  'a',
  'mx',
  'exists:%{d}.gone.test',
  'mx:six.test',
);
const free = fc.constantFrom(
  'ip4:192.0.2.0/24',
  'ip6:2001:db8::/32',
  'exp=why.test',
  'other=1',
  'ip4:192.0.2.7',
);
const rare = fc.constantFrom(
  ...[
    'a:six.test',
    'mx:crowd.test',
    'exists:%{i}.gone.test',
    'a:gone.%{l}.test',
    'include:%{d2}',
    'include:gone.test',
  ],
  ...[
    'include:host.test',
    'ip4:192.0.2',
    'ip4:192.0.2.1/33',
    'ip6:192.0.2.1',
    'a:',
    'include',
    'inlcude:host.test',
    'all:x',
  ],
  ...[
    'a:host.test/33',
    'a:host',
    'ptr:',
    '-',
    'redirect=',
    'a:%{x}.test',
    'mx:host.test//129',
    'exists:host.test',
  ],
);
const linked = fc
  .tuple(
    fc.constantFrom('include:', '?include:', 'include:', 'redirect='),
    fc.integer({ min: 0, max: DOMAINS - 1 }),
  )
  .map(([mechanism, at]) => `${mechanism}d${at}.test`);
const term = fc.oneof(
  { weight: 30, arbitrary: good },
  { weight: 6, arbitrary: void_ },
  { weight: 20, arbitrary: free },
  { weight: 2, arbitrary: rare },
  { weight: 16, arbitrary: linked },
);
const end = fc.constantFrom('-all', '~all', '?all', '', '-all a:gone1.test', '-ALL redirect=d1.test', '+all');
const record = fc
  .tuple(fc.array(term, { maxLength: 6 }), end)
  .map(([terms, last]) => ['v=spf1', ...terms, ...(last === '' ? [] : [last])].join(' '));
/** What is at d0.test, the sender's domain, and at the others, some of which have no record or two. */
const world = fc.record({
  first: record,
  others: fc.array(
    fc.oneof(
      { weight: 30, arbitrary: record.map((one) => ['other', one]) },
      // No set of the DNS holds a record twice (RFC 2181 §5).
      { weight: 1, arbitrary: fc.uniqueArray(record, { minLength: 2, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.constant(['other']) },
    ),
    { minLength: DOMAINS - 1, maxLength: DOMAINS - 1 },
  ),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function zoneOf({ first, others }: World): ZoneNames {
  const names: ZoneNames = { ...HOSTS, d0: { TXT: [first] } };
  for (const [at, TXT] of others.entries()) names[`d${at + 1}`] = { TXT: [...TXT] };
  return names;
}

/** Why the two may differ; null: they must not. */
function explanation({ first, others }: World): string | null {
  const records = [first, ...others.flat()];
  const has = (text: RegExp) => records.some((one) => text.test(one));
  // RFC 7208 §5.2, §5.7: what matches ends the evaluation, where ours counts for a client that nothing matches.
  if (has(/exists:host\.test/)) return 'an exists that every client matches';
  if (others.flat().some((one) => one.includes('+all'))) return 'an include that every client matches';
  // RFC 7208 §4.6.4: void for a client with an IPv4 address alone.
  if (has(/a:six\.test/)) return 'a host with IPv6 alone';
  // RFC 7208 §7: what a macro stands for depends on the message.
  if (has(/%\{[il]\}|%\{d2\}/)) return 'a macro of the message';
  return null;
}

/** Whether receivers give up, and otherwise what it costs them. */
function ourVerdict({ spf: { lookups, voids = [], problem = null } }: AdviceEvidence) {
  const isError = problem !== null || (lookups ?? 0) > MAX_SPF_LOOKUPS || voids.length > MAX_VOID_LOOKUPS;
  return isError ? 'permerror' : { lookups, voids: voids.length };
}

test('look-ups, void look-ups and permanent errors of SPF are those that mailauth finds, in 1,000 generated zones', async () => {
  await using zones = await GeneratedZones.open();
  const seen = { errors: 0, counted: 0, explained: 0 };
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const names = zoneOf(one);
      const ours = ourVerdict(await zones.survey('d0.test', names));
      const { status, lookups } = await spf({
        sender: 'a@d0.test',
        ip: CLIENT,
        helo: 'client.test',
        mta: 'mx.test',
        resolver: resolverOf(names),
        strict: true,
      });
      const isError = status.result === 'permerror';
      const theirs = isError ? 'permerror' : { lookups: lookups?.count, voids: lookups?.void };
      if (explanation(one) !== null && JSON.stringify(ours) !== JSON.stringify(theirs)) {
        seen.explained++;
        return;
      }
      expect(ours).toEqual(theirs);
      if (isError) seen.errors++;
      else seen.counted++;
    }),
    { numRuns: ZONES },
  );
  // Few zones would prove little if most of them ended alike.
  expect(seen.errors).toBeGreaterThan(ZONES / 5);
  expect(seen.counted).toBeGreaterThan(ZONES / 5);
  expect(seen.explained).toBeLessThan(ZONES / 5);
}, 120_000);
