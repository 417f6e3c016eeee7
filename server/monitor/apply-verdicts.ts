import type { Actor, EventFacts, EventType } from '@letterhead/shared';
import { type Instant, MINUTE, toInstant } from '../instant.ts';
import {
  activatedByNow,
  activatePending,
  isUsable,
  type KeysChange,
  noteSeen,
  retire,
  retireDue,
  type SeenKey,
} from '../keys/rotation.ts';
import { dnsRecordOf, showsSame } from '../records/dns-records.ts';
import { isDecisive, keyOf, pendingKeyOf, recordIdOf, withRecords } from '../records/record-states.ts';
import { type Cause, domainEvent } from '../store/domain-event.ts';
import type { DomainRow, KeyRow, RecordState } from '../store/interface/domain-row.ts';
import type { NewEvent } from '../store/interface/events.ts';
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
import { cacheFacts, type KeptRecords, problemFacts } from './event-facts.ts';
import { isLongSilence } from './schedule.ts';

/**
 * How much a check may change. `verify`: the account asked, and gets what DNS says. `monitor`: only the second wrong
 * finding takes `verified` away. `share`: whoever has a share link asked, and takes nothing away.
 */
export type CheckMode = 'verify' | 'monitor' | 'share';

/** A check is a second finding where it began so long after the first. Milliseconds. */
const SECOND_FINDING_AFTER = 15 * MINUTE;

/** The check whose verdicts are applied. */
export interface AppliedCheck {
  /** Of the active key's record, where it heard nothing definitive of that. */
  readonly silence: Silence | null;
  /** What was kept of the check before, and is of this one. */
  readonly before: KeptRecords | undefined;
  readonly found: KeptRecords;
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
  readonly facts?: EventFacts;
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
  const moved = moveKeys(row, verdicts, causeOf(check));
  const events: NewEvent[] = [...moved.events];
  const records = moved.row.records.map((kept) => {
    const verdict = verdicts[kept.id];
    if (verdict === undefined) return kept;
    const state = begunBy(kept, check.ended);
    const key = keyOf(moved.row, state.id);
    // Caches may hold what was at its name before.
    if (key?.state === 'active' && !isUsable(key, now)) return state;
    const change = isDecisive(moved.row, state) ? changeOf(state, verdict, check) : null;
    if (change !== null) events.push(toEvent(moved.row, state, change, verdict, check));
    if (isNewMismatch(row, state, verdict)) events.push(mismatchEvent(row, state, check));
    return isDecisive(moved.row, state)
      ? (change?.state ?? state)
      : ofIdleKey(moved.row, state, verdict, now);
  });
  const isSame = moved.row === row && records.every((state, at) => state === row.records[at]);
  if (events.length === 0 && isSame) return null;
  const changed = withRecords({ ...moved.row, keys: withActivation(moved.row, records, now) }, records);
  return { row: showsSame(row, changed) ? changed : { ...changed, updated_at: now }, events };
}

/** What a check changes about which keys there are, and which of them signs. */
function moveKeys(row: DomainRow, verdicts: Verdicts, cause: Cause): KeysChange {
  const due = retireDue(
    noteSeen(activatedByNow(row, cause.at), (key) => seenOf(key, verdicts), cause.at),
    cause,
  );
  const gone = due.row.keys.filter((key) => key.state === 'revoked' && isGone(key, verdicts));
  const retired = retire(due.row, gone, cause);
  const pending = pendingKeyOf(retired.row);
  const isFound = pending !== undefined && isEverywhere(verdicts[recordIdOf(pending)]);
  const activated =
    isFound && isUsable(pending, cause.at)
      ? activatePending(retired.row, cause)
      : { row: retired.row, events: [] };
  return { row: activated.row, events: [...due.events, ...retired.events, ...activated.events] };
}

/** The key zone was not asked where the CNAME record is not right. */
function seenOf(key: KeyRow, verdicts: Verdicts): SeenKey | undefined {
  const verdict = verdicts[recordIdOf(key)];
  if (isEverywhere(verdict)) return { isEverywhere: true, cachedFor: verdict?.cachedFor ?? null };
  const isWrong = verdict?.code === 'TARGET_MISSING' || verdict?.code === 'TARGET_STALE';
  return isWrong ? { isEverywhere: false, cachedFor: null } : undefined;
}

/** Whether all servers that count have a record, as it should be. */
function isEverywhere(verdict: Verdict | undefined): boolean {
  return verdict?.verdict === 'valid' && verdict.seen === 'everywhere';
}

/** Whether no server publishes a revoked key any more; in the key zone, its name then holds what replaces it. */
function isGone(key: KeyRow, verdicts: Verdicts): boolean {
  const verdict = verdicts[recordIdOf(key)];
  return verdict?.seen === 'nowhere' || (key.published_as === 'cname' && isEverywhere(verdict));
}

/**
 * The state of a record that the domain's doesn't depend on: it changes only where it is a CNAME record, or that of a
 * retiring key.
 */
function ofIdleKey(row: DomainRow, state: RecordState, { verdict, firstHand }: Verdict, now: Instant) {
  if (state.kind === 'dkim' && keyOf(row, state.id)?.state !== 'retiring') return state;
  if (verdict === 'valid') return state.verified ? state : asVerified(state);
  const isGone = verdict !== 'unknown' && firstHand && state.verified;
  return isGone ? asLost(state, now) : state;
}

/** A key is activated when its record is first verified. */
function withActivation(
  { keys }: DomainRow,
  records: readonly RecordState[],
  now: Instant,
): readonly KeyRow[] {
  const isVerified = (key: KeyRow) =>
    key.state === 'active' && records.some(({ id, verified }) => verified && id === recordIdOf(key));
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

/** Applies to the record that decides the domain's status alone: the others are on the same name servers. */
function foundSilent(state: RecordState, { silence, ended, found }: AppliedCheck): StateChange | null {
  if (silence?.record !== state.id || !state.verified || isUnreachable(state)) return null;
  if (!isLongSilence(silence, ended)) return null;
  const facts = { heard_at: toInstant(silence.heardAt), ...problemFacts(found, state.id) };
  return { state: asUnreachable(state), event: 'domain.unreachable', facts };
}

function foundCorrect(state: RecordState): StateChange | null {
  if (!state.verified) return { state: asVerified(state), event: 'domain.verified' };
  return state.degraded ? { state: asVerified(state), event: 'domain.recovered' } : null;
}

/** `KEY_MISMATCH` takes `verified` away at once: whatever the DNS says next, our key cannot sign for the record. */
function foundWrong(state: RecordState, verdict: Verdict, check: AppliedCheck): StateChange | null {
  if (!state.verified) return null;
  const { ended, before, found } = check;
  const now = toInstant(ended);
  const isOurs = verdict.code === 'KEY_MISMATCH';
  const facts = problemFacts(found, state.id);
  if (verdict.firstHand && (isOurs || mayTakeAway(state, check)))
    return { state: asLost(state, now), event: 'domain.lost', facts };
  if (state.degraded && !isUnreachable(state)) return null;
  const verified_until = toInstant(secondFindingAfter(now));
  const deadlines = { ...cacheFacts(before, state.id, ended), verified_until };
  return { state: asDegraded(state, now), event: 'domain.degraded', facts: { ...deadlines, ...facts } };
}

/** Whether the last check has not found the mismatch already: its event is written once. */
function isNewMismatch({ checks }: DomainRow, { id }: RecordState, { code }: Verdict): boolean {
  return code === 'KEY_MISMATCH' && checks?.codes[id] !== code;
}

function mismatchEvent(row: DomainRow, { id, selector }: RecordState, check: AppliedCheck): NewEvent {
  return domainEvent('key.mismatch', row, causeOf(check), { key_id: keyOf(row, id)?.id ?? null, selector });
}

function causeOf({ actor, ended }: AppliedCheck): Cause {
  return { actor, at: toInstant(ended) };
}

/** The monitor needs a second finding, from a check that began after the first: overlapping checks are one finding. */
function mayTakeAway({ wrong_since }: RecordState, { mode, began }: AppliedCheck): boolean {
  if (mode !== 'monitor') return mode === 'verify';
  return wrong_since !== null && began >= secondFindingAfter(wrong_since);
}

function secondFindingAfter(first: Instant): Date {
  return new Date(Date.parse(first) + SECOND_FINDING_AFTER);
}

function toEvent(
  row: DomainRow,
  before: RecordState,
  { state, event, facts }: StateChange,
  { code }: Verdict,
  check: AppliedCheck,
): NewEvent {
  const label = dnsRecordOf(row, before.id)?.label ?? before.kind;
  const moved = before.verified !== state.verified;
  return domainEvent(event, row, causeOf(check), {
    record: label,
    code,
    ...facts,
    ...(moved ? { verified: { from: before.verified, to: state.verified } } : {}),
  });
}
