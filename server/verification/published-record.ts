import { dkimHostname, dkimRecordValue, returnPathHostname } from '../dkim/key-record.ts';
import { SELECTOR_LENGTH } from '../dkim/selector.ts';
import { MAX_NAME_LENGTH } from '../dns/name.ts';
import type { DomainRow } from '../store/store.ts';

/** A record as it should be found in the DNS. */
export type PublishedRecord = DkimRecord | ReturnPathRecord;

/** Which of a domain's records: the name of its state in `DomainRow` and of its due time in `CheckTimes`. */
export type RecordKey = PublishedRecord['key'];
export const RECORD_KEYS: readonly RecordKey[] = ['dkim', 'return_path'];

interface Place {
  /** The domain whose record it is. */
  readonly domain: string;
  /** Relative to the registrable domain. */
  readonly hostname: string;
  /** The host name in full. */
  readonly fqdn: string;
  readonly value: string;
}

export interface DkimRecord extends Place {
  readonly key: 'dkim';
  readonly label: 'DKIM';
  readonly type: 'TXT';
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
  /** Fingerprints of the keys that were this domain's before. */
  readonly previousKeys: readonly string[];
}

export interface ReturnPathRecord extends Place {
  readonly key: 'return_path';
  readonly label: 'Return-Path';
  readonly type: 'CNAME';
}

/** The records that the world should see for this domain. */
export function publishedRecords(row: DomainRow): PublishedRecord[] {
  const returnPath = returnPathRecord(row, row.selector);
  return returnPath === undefined
    ? [dkimRecord(row, row.selector)]
    : [dkimRecord(row, row.selector), returnPath];
}

/** The record of this key, as it would be with another selector where one is given; undefined: there is none. */
export function publishedRecord(
  row: DomainRow,
  key: RecordKey,
  selector: string = row.selector,
): PublishedRecord | undefined {
  return key === 'dkim' ? dkimRecord(row, selector) : returnPathRecord(row, selector);
}

/** The domain without its subdomain: what the owner registered. */
export function registrableDomain(row: Pick<DomainRow, 'domain' | 'subdomain'>): string {
  return row.subdomain === null ? row.domain : row.domain.slice(row.subdomain.length + 1);
}

/** Whether a record's host is longer than a name in the DNS can be. Below a shorter domain name it fits. */
export function isTooLong(fqdn: string): boolean {
  return fqdn.length > MAX_NAME_LENGTH;
}

/** How long a domain name may be for the host of a DKIM record, the longest of hosts, to fit below it. */
export const LONGEST_DOMAIN = MAX_NAME_LENGTH - `${dkimHostname('x'.repeat(SELECTOR_LENGTH), null)}.`.length;

function dkimRecord(row: DomainRow, selector: string): DkimRecord {
  const hostname = dkimHostname(selector, row.subdomain);
  return {
    key: 'dkim',
    label: 'DKIM',
    type: 'TXT',
    domain: row.domain,
    hostname,
    fqdn: `${hostname}.${registrableDomain(row)}`,
    value: dkimRecordValue(row.public_key),
    publicKey: row.public_key,
    previousKeys: row.previous_keys,
  };
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
    fqdn: `${hostname}.${registrableDomain(row)}`,
    value: row.return_path.target,
  };
}
