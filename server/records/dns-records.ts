import { recordFqdn } from '@letterhead/shared';
import type { DomainRow } from '../store/store.ts';
import { dkimHostname, returnPathHostname } from './record-names.ts';

/**
 * A DNS record that a domain is to have. `key` names its state in the row and its due time in the schedule
 * (record-states.ts).
 */
export type ExpectedRecord = DkimRecord | ReturnPathRecord;
export type RecordKey = ExpectedRecord['key'];

interface RecordFields {
  /** The domain whose record it is. */
  readonly domain: string;
  /** Relative to the registrable domain. */
  readonly hostname: string;
  /** The host name in full. */
  readonly fqdn: string;
  readonly value: string;
}

export interface DkimRecord extends RecordFields {
  readonly key: 'dkim';
  readonly label: 'DKIM';
  readonly type: 'TXT';
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  /** Fingerprints of the keys that were this domain's before. */
  readonly previousKeys: readonly string[];
}

export interface ReturnPathRecord extends RecordFields {
  readonly key: 'return_path';
  readonly label: 'Return-Path';
  readonly type: 'CNAME';
}

/** The records of a domain, in the order in which callers see them; as they would be with another selector if given. */
export function dnsRecordsOf(row: DomainRow, selector: string = row.selector): ExpectedRecord[] {
  const returnPath = returnPathRecord(row, selector);
  return returnPath === undefined ? [dkimRecord(row, selector)] : [dkimRecord(row, selector), returnPath];
}

/** The record of this key; undefined where the domain has none. */
export function dnsRecordOf(row: DomainRow, key: RecordKey, selector?: string): ExpectedRecord | undefined {
  return dnsRecordsOf(row, selector).find((record) => record.key === key);
}

function dkimRecord(row: DomainRow, selector: string): DkimRecord {
  const hostname = dkimHostname(selector, row.subdomain);
  return {
    key: 'dkim',
    label: 'DKIM',
    type: 'TXT',
    domain: row.domain,
    hostname,
    fqdn: recordFqdn(hostname, row),
    value: dkimRecordValue(row.public_key),
    publicKey: row.public_key,
    previousKeys: row.previous_keys,
  };
}

/** The value of the DKIM key record (RFC 6376 §3.6.1). `publicKey` is the DER SubjectPublicKeyInfo, base64. */
function dkimRecordValue(publicKey: string): string {
  return `k=rsa;p=${publicKey}`;
}

function returnPathRecord(row: DomainRow, selector: string): ReturnPathRecord | undefined {
  if (row.return_path === null) return undefined;
  const hostname = returnPathHostname(selector, row.subdomain);
  return {
    key: 'return_path',
    label: 'Return-Path',
    type: 'CNAME',
    domain: row.domain,
    hostname,
    fqdn: recordFqdn(hostname, row),
    value: row.return_path.target,
  };
}
