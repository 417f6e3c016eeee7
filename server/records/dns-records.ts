import { recordFqdn } from '@letterhead/shared';
import type { DomainRow, KeyState, RecordId, RecordState } from '../store/interface/domain-row.ts';
import { dkimHostname, returnPathHostname } from './record-names.ts';
import { keyOf, stateOf } from './record-states.ts';

/** A DNS record to publish for a domain. `id` refers to its state in the row and its times. */
export type ExpectedRecord = DkimRecord | NameRecord | ReturnPathRecord;

interface RecordFields {
  readonly id: RecordId;
  /** Selector in its host name. */
  readonly selector: string;
  readonly domain: string;
  /** Relative to the registrable domain. */
  readonly hostname: string;
  readonly fqdn: string;
  readonly value: string;
}

export interface DkimRecord extends RecordFields {
  readonly kind: 'dkim';
  readonly label: 'DKIM';
  readonly type: 'TXT';
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  readonly keyState: KeyState;
  /** Fingerprints of the domain's earlier keys. */
  readonly previousKeys: readonly string[];
}

/** A CNAME record that leads to a name in the key zone. */
export interface NameRecord extends RecordFields {
  readonly kind: 'cname';
  readonly label: 'DKIM';
  readonly type: 'CNAME';
  readonly zone: string;
  /** What the name in the key zone is to hold. */
  readonly text: string;
  /** Of the key that is there; null: none is. */
  readonly keyState: KeyState | null;
}

export interface ReturnPathRecord extends RecordFields {
  readonly kind: 'return_path';
  readonly label: 'Return-Path';
  readonly type: 'CNAME';
}

/** The records to publish for a domain, in the order of the API. */
export function dnsRecordsOf(row: DomainRow): ExpectedRecord[] {
  return checkedRecordsOf(row).filter((record) => record.kind !== 'dkim' || record.keyState !== 'revoked');
}

/**
 * The records that checks look for: those to publish, and those of revoked keys, which have to go. With `selector`
 * instead of the domain's own, if given.
 */
export function checkedRecordsOf(row: DomainRow, selector?: string): ExpectedRecord[] {
  return row.records.map((state) => {
    const named = selector === undefined ? state : { ...state, selector };
    return toRecord(row, named);
  });
}

/** Whether callers see the same of a domain's records and of `verified` in both of its rows. */
export function showsSame(one: DomainRow, other: DomainRow): boolean {
  const shown = (row: DomainRow) => dnsRecordsOf(row).map(({ id }) => `${id} ${stateOf(row, id)?.verified}`);
  return one.verified === other.verified && shown(one).join() === shown(other).join();
}

/** The record with this id; undefined if the domain has none. */
export function dnsRecordOf(row: DomainRow, id: RecordId, selector?: string): ExpectedRecord | undefined {
  return checkedRecordsOf(row, selector).find((record) => record.id === id);
}

function toRecord(row: DomainRow, state: RecordState): ExpectedRecord {
  switch (state.kind) {
    case 'dkim':
      return dkimRecord(row, state);
    case 'cname':
      return nameRecord(row, state);
    case 'return_path':
      return returnPathRecord(row, state);
  }
}

/** What records of every kind have. */
function fieldsOf(
  row: DomainRow,
  { id, selector }: RecordState,
  hostname: string,
  value: string,
): RecordFields {
  return { id, selector, domain: row.domain, hostname, fqdn: recordFqdn(hostname, row), value };
}

/** The value is that of RFC 6376 §3.6.1. */
function dkimRecord(row: DomainRow, state: RecordState): DkimRecord {
  const key = keyOf(row, state.id);
  if (key === undefined) throw new Error(`Domain ${row.id} has no key for its record ${state.id}.`);
  const { public_key: publicKey, state: keyState } = key;
  return {
    ...fieldsOf(row, state, dkimHostname(state.selector, row.subdomain), `k=rsa;p=${publicKey}`),
    kind: 'dkim',
    label: 'DKIM',
    type: 'TXT',
    publicKey,
    keyState,
    previousKeys: row.previous_keys,
  };
}

function nameRecord(row: DomainRow, state: RecordState): NameRecord {
  const key = keyOf(row, state.id);
  return {
    ...fieldsOf(row, state, dkimHostname(state.selector, row.subdomain), state.target ?? ''),
    kind: 'cname',
    label: 'DKIM',
    type: 'CNAME',
    zone: row.delegation?.zone ?? '',
    text: keyZoneText(key?.public_key ?? null),
    keyState: key?.state ?? null,
  };
}

/** Of the records in the key zone, in seconds: a key that is replaced is forgotten after that. */
export const KEY_TTL = 300;

/**
 * What a name in the key zone holds (RFC 6376 §3.6.1): a key (DER SubjectPublicKeyInfo, base64), or none, so that what was
 * signed with one that was there counts as not signed.
 */
export function keyZoneText(publicKey: string | null): string {
  return publicKey === null ? 'v=DKIM1; p=' : `v=DKIM1; k=rsa; p=${publicKey}`;
}

function returnPathRecord(row: DomainRow, state: RecordState): ReturnPathRecord {
  const hostname = returnPathHostname(state.selector, row.subdomain);
  return {
    ...fieldsOf(row, state, hostname, state.target ?? ''),
    kind: 'return_path',
    label: 'Return-Path',
    type: 'CNAME',
  };
}
