import type { DomainRow, RecordState } from '../store/store.ts';
import type { RecordKey } from './dns-records.ts';

/**
 * The only module that knows where the row, the schedule and the kept diagnosis hold what they have of each record:
 * under its key.
 */

/** Of every record that a domain can have, in the order of `dnsRecordsOf`. */
export const RECORD_KEYS: readonly RecordKey[] = ['dkim', 'return_path'];

/** Something for each record that a domain can have. */
export type ByRecord<T> = Record<RecordKey, T>;

export function mapRecords<T>(create: (key: RecordKey) => T): ByRecord<T> {
  return { dkim: create('dkim'), return_path: create('return_path') };
}

/** Null where the domain has no such record. */
export function stateOf(row: DomainRow, key: RecordKey): RecordState | null {
  return row[key];
}

/** The row unchanged where the domain has no such record. */
export function withState(row: DomainRow, key: RecordKey, state: RecordState): DomainRow {
  const current = row[key];
  return current === null ? row : { ...row, [key]: { ...current, ...state } };
}

/** The state of the active DKIM record: it decides whether mail can be sent, and is the domain's status. */
export function dkimStateOf(row: DomainRow): RecordState {
  return row.dkim;
}

/** Whether at least one of the domain's records is verified. */
export function isVerified(row: DomainRow): boolean {
  return RECORD_KEYS.some((key) => stateOf(row, key)?.verified);
}

/** What a new or renamed domain begins with. `target`: of the Return-Path record; null for none. */
export function newRecordStates(
  state: RecordState,
  target: string | null,
): Pick<DomainRow, 'dkim' | 'return_path'> {
  return { dkim: state, return_path: target === null ? null : { ...state, target } };
}
