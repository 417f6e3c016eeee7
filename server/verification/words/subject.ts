import type { ExpectedRecord } from '../../records/dns-records.ts';

/** What a diagnosis says of a record, in English. `detail` is one sentence or a few. */
export interface Words {
  readonly title: string;
  readonly detail: string;
  /** One imperative sentence with the exact value to type; null where there is nothing to do. */
  readonly fix: string | null;
}

/** The same where the fix can be that of an action. */
export type WordsBesideAction = Omit<Words, 'fix'> & Partial<Words>;

/** The record that is spoken of, and its registrable domain. */
export interface Subject {
  readonly record: ExpectedRecord;
  readonly registrable: string;
  /** Whether it was in the DNS before: then it has disappeared, and is not missing yet. */
  readonly wasVerified?: boolean;
}
