import type { Referral } from './answer.ts';
import type { Outcome, RecordType, UnknownReason } from './outcome.ts';

/** One question to one server, for metrics. */
export interface Lookup {
  readonly whom: 'authority' | 'resolver';
  readonly type: RecordType;
  readonly outcome: 'present' | 'absent' | 'referral' | UnknownReason;
  readonly ms: number;
}

export type LookupObserver = (lookup: Lookup) => void;

export function labelOf(outcome: Outcome | Referral): Lookup['outcome'] {
  return outcome.kind === 'unknown' ? outcome.reason : outcome.kind;
}
