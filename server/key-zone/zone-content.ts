import type { DueCheck } from '../store/store.ts';

/** What the key zone is to hold under one label of ours, which a domain has or had. */
export interface LabelContent {
  /** The domain; null: it is gone, or has another label. */
  readonly owner: DueCheck | null;
  readonly label: string;
  /** The texts by selector. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Who knows what the key zone is to hold. What is not in it is none of ours. */
export interface ZoneContent {
  /** All of it, label by label. */
  all(): AsyncIterable<LabelContent>;
  /** What a domain has there as it is now; undefined if it has no label, or is gone. */
  of(owner: DueCheck): Promise<LabelContent | undefined>;
}

/** The names of a label with their texts. */
export function namesOf({ label, texts }: LabelContent, zone: string): [name: string, text: string][] {
  return [...texts].map(([selector, text]) => [`${selector}.${label}.${zone}`, text]);
}
