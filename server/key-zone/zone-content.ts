import { keyZoneName } from '../records/record-names.ts';
import type { DomainRef } from '../store/interface/domain-row.ts';
import type { ZoneFailure } from './describe-failure.ts';

/** What the key zone is to hold under one label of ours, which a domain has or had. */
export interface LabelContent {
  /** The domain; null: it is gone, or has another label. */
  readonly owner: DomainRef | null;
  readonly label: string;
  /** The texts by selector. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What the key zone is to hold, read where it is needed. Names that are not in it are somebody else's. */
export interface ZoneContent {
  /** All of it, label by label. */
  all(): AsyncIterable<LabelContent>;
  /** What a domain has there as it is now; undefined if it has no label, or is gone. */
  of(owner: DomainRef): Promise<LabelContent | undefined>;
}

/** The names of a label with their texts. */
export function namesOf({ label, texts }: LabelContent, zone: string): [name: string, text: string][] {
  return [...texts].map(([selector, text]) => [keyZoneName(selector, { label, zone }), text]);
}

/** A name under a label of ours whose records are not what they are to be. */
export interface Difference {
  readonly name: string;
  readonly owner: DomainRef | null;
  /** Null: the name is to hold nothing. */
  readonly expected: string | null;
  /** What the primary has there, sorted: texts, and types and data of other records. */
  readonly found: readonly string[];
}

/** How far the zone holds what it is to hold. */
export interface KeyZoneState {
  /** Domains whose changes the primary has not confirmed. */
  readonly waiting: number;
  /** Since when the oldest of them waits. */
  readonly waitingSince: Date | null;
  readonly failure: ZoneFailure | null;
  readonly comparedAt: Date | null;
  /** Names that differed then. */
  readonly differences: number;
}
