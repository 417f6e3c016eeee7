import type { Actor, EventType } from '@letterhead/shared';
import { type Instant, toInstant } from '../instant.ts';
import { dnsRecordOf } from '../records/dns-records.ts';
import { activeKeyOf, withRecords } from '../records/record-states.ts';
import type { DomainRow, JsonValue, KeyRow, NewEvent, RecordState } from '../store/store.ts';
import type { Silence } from '../verification/kept-diagnosis.ts';
import {
  asDegraded,
  asLost,
  asUnreachable,
  asVerified,
  begunBy,
  isUnreachable,
} from '../verification/record-state.ts';
import type { Verdict, Verdicts } from '../verification/verdict.ts';
import { isLongSilence } from './schedule.ts';

/**
 * How much a check may change. `verify`: the account asked, and gets what DNS says. `monitor`: only the second wrong
 * finding takes `verified` away. `share`: whoever has a share link asked, and takes nothing away.
 */
export type CheckMode = 'verify' | 'monitor' | 'share';

/** A check is a second finding where it began so long after the first. Milliseconds. */
const SECOND_FINDING_AFTER = 15 * 60_000;

/** The check whose verdicts are applied. */
export interface AppliedCheck {
  /** Of the active key's record, where it heard nothing definitive of that. */
  readonly silence: Silence | null;
  readonly mode: CheckMode;
  readonly began: Date;
  readonly ended: Date;
  readonly actor: Actor;
}

/** A record's state after a change, and the event that tells of it. */
interface StateChange {
  readonly state: RecordState;
  readonly event: EventType;
  /** What the event says beside what all of them do. */
  readonly facts?: Record<string, JsonValue>;
}

/**
 * What verdicts change about a domain; null where they change nothing. `verified` is only taken away on first-hand
 * evidence, and nothing transient changes it; a day of silence makes a verified record unreachable.
 */
export function applyVerdicts(
  row: DomainRow,
  verdicts: Verdicts,
  check: AppliedCheck,
): { row: DomainRow; events: NewEvent[] } | null {
  const now = toInstant(check.ended);
  const events: NewEvent[] = [];
  const records = row.records.map((kept) => {
    const verdict = verdicts[kept.id];
    if (verdict === undefined) return kept;
    const state = begunBy(kept, check.ended);
    const change = changeOf(state, verdict, check);
    if (change !== null) events.push(toEvent(row, state, change, verdict, check));
    if (isNewMismatch(row, state, verdict)) events.push(mismatchEvent(row, check));
    return change?.state ?? state;
  });
  if (events.length === 0 && records.every((state, at) => state === row.records[at])) return null;
  const isVisible = records.some(({ verified }, at) => verified !== row.records[at]?.verified);
  const changed = withRecords({ ...row, keys: withActivation(row, records, now) }, records);
  return { row: isVisible ? { ...changed, updated_at: now } : changed, events };
}

/** A key is activated when its record is first verified. */
function withActivation(
  { keys }: DomainRow,
  records: readonly RecordState[],
  now: Instant,
): readonly KeyRow[] {
  const isVerified = (key: KeyRow) => records.some(({ id, verified }) => verified && id === `dkim:${key.id}`);
  return keys.map((key) =>
    key.activated_at === null && isVerified(key) ? { ...key, activated_at: now } : key,
  );
}

function changeOf(state: RecordState, verdict: Verdict, check: AppliedCheck): StateChange | null {
  switch (verdict.verdict) {
    case 'unknown':
      return foundSilent(state, check);
    case 'valid':
      return foundCorrect(state);
    case 'missing':
    case 'invalid':
      return foundWrong(state, verdict, check);
  }
}

/** Only for the record that decides the domain's status: the others lie with the same name servers. */
function foundSilent(state: RecordState, { silence, ended }: AppliedCheck): StateChange | null {
  if (silence?.record !== state.id || !state.verified || isUnreachable(state)) return null;
  if (!isLongSilence(silence, ended)) return null;
  const facts = { heard_at: toInstant(silence.heardAt) };
  return { state: asUnreachable(state), event: 'domain.unreachable', facts };
}

function foundCorrect(state: RecordState): StateChange | null {
  if (!state.verified) return { state: asVerified(state), event: 'domain.verified' };
  return state.degraded ? { state: asVerified(state), event: 'domain.recovered' } : null;
}

/** A key of ours that cannot sign is no matter of what the DNS says: `verified` goes at once. */
function foundWrong(state: RecordState, verdict: Verdict, check: AppliedCheck): StateChange | null {
  if (!state.verified) return null;
  const now = toInstant(check.ended);
  const isOurs = verdict.code === 'KEY_MISMATCH';
  if (verdict.firstHand && (isOurs || mayTakeAway(state, check)))
    return { state: asLost(state, now), event: 'domain.lost' };
  const isKnown = state.degraded && !isUnreachable(state);
  return isKnown ? null : { state: asDegraded(state, now), event: 'domain.degraded' };
}

/** Told once, however often it is found. */
function isNewMismatch({ checks }: DomainRow, { id }: RecordState, { code }: Verdict): boolean {
  return code === 'KEY_MISMATCH' && checks?.codes[id] !== code;
}

function mismatchEvent(row: DomainRow, { actor, ended }: AppliedCheck): NewEvent {
  const { id: key_id, selector } = activeKeyOf(row);
  return {
    type: 'key.mismatch',
    domain: { id: row.id, name: row.domain },
    actor,
    at: toInstant(ended),
    changes: { key_id, selector },
  };
}

/** Two checks that overlap are one finding. */
function mayTakeAway({ wrong_since }: RecordState, { mode, began }: AppliedCheck): boolean {
  if (mode !== 'monitor') return mode === 'verify';
  return wrong_since !== null && began.getTime() >= Date.parse(wrong_since) + SECOND_FINDING_AFTER;
}

function toEvent(
  row: DomainRow,
  before: RecordState,
  { state, event, facts }: StateChange,
  { code }: Verdict,
  { actor, ended }: AppliedCheck,
): NewEvent {
  const label = dnsRecordOf(row, before.id)?.label ?? before.kind;
  const moved = before.verified !== state.verified;
  return {
    type: event,
    domain: { id: row.id, name: row.domain },
    actor,
    at: toInstant(ended),
    changes: {
      record: label,
      code,
      ...facts,
      ...(moved ? { verified: { from: before.verified, to: state.verified } } : {}),
    },
  };
}
