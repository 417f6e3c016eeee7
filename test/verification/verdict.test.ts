import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delegation, Observation, Outcome, Unknown } from '../../server/dns/outcome.ts';
import { diagnose } from '../../server/verification/diagnose.ts';
import type { RecordEvidence } from '../../server/verification/evidence.ts';
import { readKeptDiagnosis, toKeptDiagnosis } from '../../server/verification/kept-diagnosis.ts';
import { judge } from '../../server/verification/verdict.ts';
import { ANOTHER_KEY, NOT_VERIFIED, OUR_KEY, SELECTOR, sendingDomain } from './sending-domain.ts';

const ROW = sendingDomain();
const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS: Outcome = { kind: 'present', values: [`k=rsa;p=${OUR_KEY}`], cname: null, ttl: 300 };

/** Null now and then. */
function orNull<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(values, { nil: null });
}

const unknown: fc.Arbitrary<Unknown> = fc.record({
  kind: fc.constant('unknown'),
  reason: fc.constantFrom('timeout', 'servfail', 'refused', 'lame', 'unreachable', 'malformed', 'budget'),
});
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    `p=${ANOTHER_KEY}`,
    `k=rsa;p=${OUR_KEY}`,
    `"k=rsa\\;p=${OUR_KEY}"`,
    'p=',
    OUR_KEY.slice(0, 99),
  ),
);
const present: fc.Arbitrary<Outcome> = fc.record({
  kind: fc.constant('present'),
  values: fc.array(text, { maxLength: 4 }),
  cname: orNull(fc.constantFrom('a.example.net', 'b.example.net')),
  ttl: fc.nat(),
});
const absent: fc.Arbitrary<Outcome> = fc.record({
  kind: fc.constant('absent'),
  reason: fc.constantFrom('nxdomain', 'nodata'),
  negativeTtl: orNull(fc.nat()),
});
const outcome = fc.oneof(unknown, present, absent);
const notAsked = fc.constant({ kind: 'not-asked', why: 'address-not-public' } as const);

function observationsOf(outcomes: fc.Arbitrary<Observation['outcome']>): fc.Arbitrary<Observation[]> {
  const observation = outcomes.map((one) => ({
    name: 'ns1.example.org',
    address: '192.0.2.1',
    outcome: one,
    ms: 1,
  }));
  return fc.array(observation, { maxLength: 4 });
}

const finding = fc.record({
  purpose: fc.constantFrom('doubled', 'elsewhere', 'sibling', 'other-type'),
  name: fc.constantFrom(`${FQDN}.example.org`, 'example.org', 'xyz._domainkey.example.org', FQDN),
  type: fc.constantFrom('TXT', 'A', 'MX'),
  zone: fc.constantFrom('example.org', '_domainkey.example.org', null),
  values: fc.array(text, { maxLength: 3 }),
  cname: orNull(fc.constant('a.example.net')),
}) satisfies fc.Arbitrary<RecordEvidence['findings'][number]>;

const delegation: fc.Arbitrary<Delegation> = fc.oneof(
  fc.constant<Delegation>({ kind: 'found', zone: 'example.org', nameServers: ['ns1.example.org'] }),
  fc.record({
    kind: fc.constant('unknown' as const),
    reason: fc.constantFrom('timeout' as const, 'resolver-unreachable' as const),
  }),
);

function evidenceOf(parts: {
  observations: fc.Arbitrary<Observation[]>;
  resolver: fc.Arbitrary<Outcome | null>;
}): fc.Arbitrary<RecordEvidence> {
  return fc.record({
    fqdn: fc.constant(FQDN),
    type: fc.constant('TXT'),
    observed_at: fc.constant('2026-01-01T00:00:00.000Z'),
    delegation,
    zone: fc.constantFrom('example.org', 'org', null),
    observations: parts.observations,
    resolver: parts.resolver,
    alias: orNull(fc.record({ target: fc.constant('a.example.net'), observations: observationsOf(outcome) })),
    findings: fc.array(finding, { maxLength: 5 }),
  });
}

function judgeDkim(dkim: RecordEvidence) {
  const advice = {
    spf: { txt: { kind: 'unknown', reason: 'timeout' }, lookups: null },
    dmarc: [],
    mx: { kind: 'unknown', reason: 'timeout' },
  } as const;
  const evidence = { selector: SELECTOR, records: { 'dkim:1': dkim }, advice: { ...advice, dmarc: [] } };
  const verdicts = judge(ROW, evidence.records);
  const kept = JSON.parse(JSON.stringify(toKeptDiagnosis(undefined, ROW, verdicts, [])));
  const stored = readKeptDiagnosis(ROW, kept);
  const [record] = diagnose(ROW, stored, new Date('2026-01-01T00:00:00Z')).records;
  if (verdicts['dkim:1'] === undefined || record === undefined) throw new Error('nothing was judged');
  return { verdict: verdicts['dkim:1'], record };
}

describe('a verdict', () => {
  const anything = evidenceOf({
    observations: observationsOf(fc.oneof(outcome, notAsked)),
    resolver: orNull(outcome),
  });

  test('a verdict is transient when nothing definitive was found, whoever was asked', () => {
    const nothing = evidenceOf({
      observations: observationsOf(fc.oneof(unknown, notAsked)),
      resolver: orNull(unknown),
    });
    fc.assert(
      fc.property(nothing, (evidence) => {
        const { verdict, record } = judgeDkim(evidence);
        expect(verdict).toMatchObject({ verdict: 'unknown', firstHand: false });
        expect(record).toMatchObject({ transient: true, state: 'unknown', source: null, action: null });
      }),
    );
  });

  test('a verdict is valid as soon as one authority has the record', () => {
    fc.assert(
      fc.property(anything, fc.nat(4), (evidence, at) => {
        const observation = { name: 'ns2.example.org', address: '192.0.2.2', outcome: OURS, ms: 1 };
        const { verdict, record } = judgeDkim({
          ...evidence,
          observations: evidence.observations.toSpliced(at, 0, observation),
        });
        expect(verdict.verdict).toBe('valid');
        expect(record).toMatchObject({ state: 'valid', source: 'authority' });
      }),
    );
  });

  test('a verdict is first-hand only when an authority said something definitive', () => {
    fc.assert(
      fc.property(anything, (evidence) => {
        const definitive = evidence.observations.some(
          ({ outcome: one }) => one.kind === 'present' || one.kind === 'absent',
        );
        if (judgeDkim(evidence).verdict.firstHand) expect(definitive).toBe(true);
      }),
    );
  });

  test('a verdict is told in words with the exact value to type, whatever was found', () => {
    fc.assert(
      fc.property(anything, (evidence) => {
        const { verdict, record } = judgeDkim(evidence);
        expect(record.code).toBe(verdict.code);
        expect(record.title).not.toBe('');
        expect(record.detail).toMatch(/\.$/);
        if (record.action?.type === 'TXT') expect(record.fix).toContain(OUR_KEY);
      }),
    );
  });
});

test('several CNAME records at one host are not called TXT records', () => {
  const row = sendingDomain({ return_path: { ...NOT_VERIFIED, target: 't.example.net' } });
  const outcome: Outcome = {
    kind: 'present',
    values: ['other.example.net', 't.example.net'],
    cname: null,
    ttl: 300,
  };
  const { return_path } = judge(row, {
    return_path: {
      fqdn: `bounces-${SELECTOR}.example.org`,
      type: 'CNAME',
      observed_at: '2026-01-01T00:00:00.000Z',
      delegation: { kind: 'found', zone: 'example.org', nameServers: ['ns1.example.org'] },
      zone: 'example.org',
      observations: [{ name: 'ns1.example.org', address: '192.0.2.1', outcome, ms: 1 }],
      resolver: null,
      alias: null,
      findings: [],
    },
  });
  expect(return_path?.record).toMatchObject({
    code: 'MULTIPLE_RECORDS',
    title: 'More than one CNAME record at this host',
  });
});

describe('a kept diagnosis', () => {
  test.each([
    ['none', undefined],
    ['of another shape', { selector: SELECTOR, records: [] }],
    ['no object', 'evidence'],
  ])('a kept diagnosis that cannot be used counts as not checked yet: %s', (_, kept) => {
    expect(readKeptDiagnosis(ROW, kept)).toBeUndefined();
  });

  test('a kept diagnosis for the selector before a rename says nothing about the new one', () => {
    const kept = toKeptDiagnosis(undefined, sendingDomain({ selector: 'before' }), {}, []);
    expect(readKeptDiagnosis(ROW, JSON.parse(JSON.stringify(kept)))).toBeUndefined();
  });
});
