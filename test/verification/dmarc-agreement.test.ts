import fc from 'fast-check';
import { dmarc } from 'mailauth/lib/dmarc/index.js';
import { expect, test } from 'vitest';
import { discoverIn } from '../../server/verification/advice/dmarc-advice.ts';
import type { ZoneNames } from '../dns/zone.ts';
import { GeneratedZones, resolverOf } from './generated-zone.ts';

const ZONES = 1_000;

const policy = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('none', 'quarantine', 'reject', 'Reject') },
  { weight: 1, arbitrary: fc.constantFrom('monitor', '') },
);
const tag = fc.oneof(
  { weight: 3, arbitrary: policy.map((value) => `sp=${value}`) },
  { weight: 3, arbitrary: policy.map((value) => `np = ${value}`) },
  { weight: 2, arbitrary: fc.constantFrom('psd=y', 'psd=n', 'psd=u', 'psd=x', 'PSD=y') },
  { weight: 2, arbitrary: fc.constantFrom('t=y', 't=n', 't=Y', 't=1') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'rua=mailto:a@b.test',
      'rua=a@b.test',
      'rua=mailto:a@b.test!10m',
      'rua=x y,https://b.test',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('pct=50', 'rf=afrf', 'ri=1', 'adkim=s', 'x=1', 'p', 'sp', '=x', '', ' '),
  },
);
const tags = fc.oneof(
  { weight: 9, arbitrary: fc.uniqueArray(tag, { maxLength: 5, selector: nameOf }) },
  { weight: 1, arbitrary: fc.array(tag, { maxLength: 5 }) },
);
const version = fc.oneof(
  { weight: 14, arbitrary: fc.constant('v=DMARC1') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('v = DMARC1', 'V=DMARC1', ' v=DMARC1', 'v=dmarc1', 'v=DMARC2', 'v=DMARC11'),
  },
);
const p = fc.option(
  policy.map((value) => `p=${value}`),
  { freq: 9 },
);
const record = fc
  .tuple(version, p, tags, fc.constantFrom('; ', ';', ' ; '))
  .map(([first, second, others, separator]) =>
    [first, ...(second === null ? [] : [second]), ...others].join(separator),
  );
const other = fc.constant('something else');
const recordSet = fc.oneof(
  { weight: 10, arbitrary: record.map((one) => [one]) },
  // No set of the DNS holds a record twice (RFC 2181 §5).
  { weight: 1, arbitrary: fc.uniqueArray(record, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.tuple(other, record) },
  { weight: 1, arbitrary: fc.tuple(other) },
);

/** A domain of two to eleven labels; what is at `_dmarc` of it and of each domain above, from the top. */
const tree = fc.record({
  depth: fc.oneof(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 11 })),
  records: fc.array(fc.option(recordSet, { freq: 2 }), { minLength: 11, maxLength: 11 }),
  exists: fc.boolean(),
  failing: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 10 }) },
  ),
});
type Tree = typeof tree extends fc.Arbitrary<infer T> ? T : never;

/** `test`, `l1.test`, `l2.l1.test` and so on. */
function domainsOf(depth: number): string[] {
  const domains = ['test'];
  while (domains.length < depth) domains.push(`l${domains.length}.${domains.at(-1)}`);
  return domains;
}

function zoneOf({ depth, records, exists, failing }: Tree) {
  const domains = domainsOf(depth);
  const domain = domains.at(-1) ?? '';
  const names: ZoneNames = {};
  for (const [at, one] of domains.entries()) {
    const TXT = records[at];
    if (TXT != null) names[absolute(`_dmarc.${one}`)] = { TXT: [...TXT] };
  }
  if (exists) names[absolute(domain)] = { A: ['192.0.2.1'] };
  const fails = failing === null ? undefined : domains[failing];
  return { domain, names, failing: fails === undefined ? [] : [`_dmarc.${fails}`] };
}

function nameOf(part: string): string {
  return part.split('=')[0]?.trim() ?? '';
}

function absolute(name: string): string {
  return `${name}.`;
}

/** Why the two may differ; null: they must not. */
function explanation({ records }: Tree): string | null {
  const parts = records
    .flatMap((set) => set ?? [])
    .flatMap((value) => value.split(';').map((part) => part.trim()));
  // RFC 9989 §4.8: what is no tag is ignored. mailauth takes it for a policy tag that is not valid.
  return parts.some((part) => part === 'p' || part === 'sp')
    ? 'a part without = that is named like a policy tag'
    : null;
}

test('policy and organizational domain are those that mailauth finds, in 1,000 generated zones', async () => {
  await using zones = await GeneratedZones.open();
  const seen = { compared: 0, policies: 0, inherited: 0, explained: 0 };
  await fc.assert(
    fc.asyncProperty(tree, async (one) => {
      const { domain, names, failing } = zoneOf(one);
      const ours = discoverIn(domain, await zones.survey(domain, names, failing));
      const theirs = await dmarc({
        headerFrom: [`a@${domain}`],
        spfDomains: [],
        dkimDomains: [],
        resolver: resolverOf(names, failing),
        strict: true,
      });
      if (theirs === false) throw new Error('mailauth found no author domain');
      seen.compared++;
      if (theirs.status.result === 'temperror') {
        expect(ours.kind).toBe('unknown');
        return;
      }
      const verdict = {
        policy: ours.kind === 'found' ? ours.policy : null,
        organizational: ours.organizational ?? domain,
      };
      const expected = { policy: theirs.policy ?? null, organizational: theirs.domain };
      if (explanation(one) !== null && JSON.stringify(verdict) !== JSON.stringify(expected)) {
        seen.explained++;
        return;
      }
      expect(verdict).toEqual(expected);
      if (verdict.policy !== null) seen.policies++;
      if (ours.kind === 'found' && ours.domain !== domain) seen.inherited++;
    }),
    { numRuns: ZONES },
  );
  // Few zones would prove little if most of them had no policy.
  expect(seen.compared).toBe(ZONES);
  expect(seen.policies).toBeGreaterThan(ZONES / 4);
  expect(seen.inherited).toBeGreaterThan(ZONES / 20);
  expect(seen.explained).toBeLessThan(ZONES / 10);
}, 120_000);
