import type { Actor, EventType } from '@letterhead/shared';
import { toInstant } from '../instant.ts';
import { dnsRecordOf, type RecordKey } from '../records/dns-records.ts';
import { RECORD_KEYS, stateOf, withState } from '../records/record-states.ts';
import type { DomainRow, NewEvent, RecordState } from '../store/store.ts';
import { asDegraded, asLost, asVerified, begunBy } from '../verification/record-state.ts';
import type { Verdict, Verdicts } from '../verification/verdict.ts';

/** `verify`: a requested check decides at once. `monitor`: only the second wrong finding takes `verified` away. */
export type CheckMode = 'verify' | 'monitor';

/** A record's state after a change, and the event that tells of it. */
interface StateChange {
  readonly state: RecordState;
  readonly event: EventType;
}

/**
 * What verdicts change about a domain; null where they change nothing. Nothing transient changes anything, and
 * `verified` is only taken away on first-hand evidence.
 */
export function applyVerdicts(
  row: DomainRow,
  verdicts: Verdicts,
  mode: CheckMode,
  now: Date,
  actor: Actor,
): { row: DomainRow; events: NewEvent[] } | null {
  let changed = row;
  const events: NewEvent[] = [];
  for (const key of RECORD_KEYS) {
    const kept = stateOf(row, key);
    const verdict = verdicts[key];
    if (kept === null || verdict === undefined) continue;
    const state = begunBy(kept, now);
    const change = changeOf(state, verdict, mode, now);
    if (change !== null) events.push(toEvent(row, key, state, change, verdict, now, actor));
    const after = change?.state ?? state;
    if (after !== kept) changed = withState(changed, key, after);
  }
  if (changed === row) return null;
  const visible = RECORD_KEYS.some((key) => stateOf(row, key)?.verified !== stateOf(changed, key)?.verified);
  return { row: visible ? { ...changed, updated_at: toInstant(now) } : changed, events };
}

function changeOf(state: RecordState, verdict: Verdict, mode: CheckMode, now: Date): StateChange | null {
  switch (verdict.verdict) {
    case 'unknown':
      return null;
    case 'valid':
      return foundCorrect(state);
    case 'missing':
    case 'invalid':
      return foundWrong(state, verdict.firstHand, mode, now);
  }
}

function foundCorrect(state: RecordState): StateChange | null {
  if (!state.verified) return { state: asVerified(state), event: 'domain.verified' };
  return state.degraded ? { state: asVerified(state), event: 'domain.recovered' } : null;
}

function foundWrong(state: RecordState, firstHand: boolean, mode: CheckMode, now: Date): StateChange | null {
  if (!state.verified) return null;
  const takeAway = firstHand && (mode === 'verify' || state.degraded);
  if (takeAway) return { state: asLost(toInstant(now)), event: 'domain.lost' };
  return state.degraded ? null : { state: asDegraded(state), event: 'domain.degraded' };
}

function toEvent(
  row: DomainRow,
  key: RecordKey,
  before: RecordState,
  { state, event }: StateChange,
  { code }: Verdict,
  now: Date,
  actor: Actor,
): NewEvent {
  const label = dnsRecordOf(row, key)?.label ?? key;
  const moved = before.verified !== state.verified;
  return {
    type: event,
    domain: { id: row.id, name: row.domain },
    actor,
    at: toInstant(now),
    changes: {
      record: label,
      code,
      ...(moved ? { verified: { from: before.verified, to: state.verified } } : {}),
    },
  };
}
