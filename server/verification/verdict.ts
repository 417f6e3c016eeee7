import { type NameServerObservation, registrableDomain } from '@letterhead/shared';
import type { Observation } from '../dns/outcome.ts';
import { checkedRecordsOf, type ExpectedRecord } from '../records/dns-records.ts';
import { stateOf } from '../records/record-states.ts';
import type { ByRecord, DomainRow } from '../store/interface/domain-row.ts';
import { CODES, findCode } from './diagnosis/codes.ts';
import type { Finding, FoundCode, RecordVerdict } from './diagnosis/finding.ts';
import { isAtAllServers } from './diagnosis/key-zone-target.ts';
import { observedValues, type RuleInput, toRuleInput, zoneOf } from './diagnosis/rule-input.ts';
import type { CheckEvidence, RecordEvidence } from './evidence.ts';
import { isCopyOfOurs, matches } from './match-value.ts';
import { isLost } from './record-state.ts';
import type { StoredRecord } from './stored-diagnosis.ts';
import { boundRecord } from './stored-size.ts';
import { describeFinding } from './words/findings.ts';

/** What a check says of one record. */
export interface Verdict {
  readonly verdict: RecordVerdict;
  /** Whether the authorities themselves said so: only then may `verified` be taken away. */
  readonly firstHand: boolean;
  /**
   * Where the authorities that answered have the record, by their own word: `everywhere`, as it should be; `nowhere`,
   * not even with something wrong about it. Null: on some, or that is not known first-hand.
   */
  readonly seen: 'everywhere' | 'nowhere' | null;
  /** For how many seconds caches may hold what was there before; null: not known, or of no matter. */
  readonly cachedFor: number | null;
  readonly code: FoundCode;
}

export type Verdicts = ByRecord<Verdict>;

/** A verdict with what the diagnosis tells of it. */
export interface Judgement extends Verdict {
  /** Within the bounds of what is kept. */
  readonly record: Omit<StoredRecord, 'state'>;
}

export type Judgements = ByRecord<Judgement>;

/** Judges what a check saw of the records. The evidence must be of the row's selector. */
export function judge(row: DomainRow, evidence: CheckEvidence['records']): Judgements {
  return Object.fromEntries(
    checkedRecordsOf(row).flatMap((record) => {
      const judgement = judgeRecord(row, record, evidence[record.id]);
      return judgement === null ? [] : [[record.id, judgement]];
    }),
  );
}

function judgeRecord(
  row: DomainRow,
  record: ExpectedRecord,
  seen: RecordEvidence | undefined,
): Judgement | null {
  if (seen === undefined) return null;
  const input = toRuleInput(record, registrableDomain(row), seen);
  const state = stateOf(row, record.id);
  const wasVerified = state !== undefined && (state.verified || isLost(state));
  const finding = findCode(input);
  const { code } = finding;
  return {
    code,
    verdict: CODES[code].verdict,
    // What is wrong with our own key, nobody else has to tell.
    firstHand: input.firstHand || code === 'KEY_MISMATCH',
    seen: seenOf(input),
    cachedFor: seen.target?.cachedFor ?? null,
    record: boundRecord(toRecord(input, finding, wasVerified)),
  };
}

function seenOf({ record, firstHand, answers, evidence }: RuleInput): Verdict['seen'] {
  if (!firstHand) return null;
  if (record.kind === 'cname' && !isAtAllServers(record, evidence)) return null;
  if (answers.every(({ values }) => matches(record, values))) return 'everywhere';
  const hasOurs = answers.some(({ values }) => values.some((value) => isCopyOfOurs(record, value)));
  return hasOurs ? null : 'nowhere';
}

function toRecord(input: RuleInput, finding: Finding, wasVerified: boolean): Judgement['record'] {
  const { observations, observed_at } = input.evidence;
  const { code, action } = finding;
  return {
    code,
    source: sourceOf(input),
    ...describeFinding(finding, { ...input, wasVerified }),
    zone: action?.zone ?? zoneOf(input),
    found_at: finding.foundAt ?? null,
    action,
    found: [...(finding.found ?? observedValues(input))],
    nameservers: observations.map(toNameServer),
    observed_at,
    clears_at: finding.clearsAt?.toISOString() ?? null,
    ...ttlOf(input, finding),
  };
}

/** The longest TTL on the way to a right record, by its own name servers: a resolver tells what is left of one. */
function ttlOf({ firstHand, evidence }: RuleInput, { code }: Finding): Pick<StoredRecord, 'ttl'> {
  const { observations, alias, target } = evidence;
  const seen = [...observations, ...(alias?.observations ?? []), ...(target?.observations ?? [])];
  const ttls = seen.flatMap(({ outcome }) => (outcome.kind === 'present' ? [outcome.ttl] : []));
  const isKnown = firstHand && CODES[code].verdict === 'valid' && ttls.length > 0;
  return isKnown ? { ttl: Math.max(...ttls) } : {};
}

function sourceOf({ source, evidence }: RuleInput): StoredRecord['source'] {
  return source ?? (evidence.delegation.kind === 'no-such-domain' ? 'resolver' : null);
}

function toNameServer({ name, address, outcome, ms }: Observation): NameServerObservation {
  switch (outcome.kind) {
    case 'present': {
      const alias = outcome.cname === null || outcome.values.includes(outcome.cname) ? [] : [outcome.cname];
      return { name, address, outcome: 'present', values: [...alias, ...outcome.values], ms };
    }
    case 'absent':
    case 'not-asked':
      return { name, address, outcome: outcome.kind, values: [], ms };
    case 'unknown':
      return { name, address, outcome: outcome.reason, values: [], ms };
  }
}
