import type { DnsRecord, Domain } from '@letterhead/shared';
import { dkimHostname, dkimRecordValue, returnPathHostname } from '../dkim/key-record.ts';
import type { DomainRow } from '../store/store.ts';

/** Rows never change, so each is turned into what callers see once. */
const views = new WeakMap<DomainRow, Domain>();

/** A domain as callers see it: the eight fields, in their order, and nothing of the private key. */
export function toDomain(row: DomainRow): Domain {
  let view = views.get(row);
  if (view === undefined) {
    view = makeView(row);
    views.set(row, view);
  }
  return view;
}

function makeView(row: DomainRow): Domain {
  const dns_records = dnsRecords(row);
  return {
    id: row.id,
    account_id: row.account_id,
    domain: row.domain,
    subdomain: row.subdomain,
    verified: dns_records.some((record) => record.verified),
    dns_records,
    updated_at: new Date(row.updated_at),
    created_at: new Date(row.created_at),
  };
}

function dnsRecords(row: DomainRow): DnsRecord[] {
  const dkim: DnsRecord = {
    label: 'DKIM',
    type: 'TXT',
    hostname: dkimHostname(row.selector, row.subdomain),
    value: dkimRecordValue(row.public_key),
    verified: row.dkim.verified,
  };
  if (row.return_path === null) return [dkim];
  return [
    dkim,
    {
      label: 'Return-Path',
      type: 'CNAME',
      hostname: returnPathHostname(row.selector, row.subdomain),
      value: row.return_path.target,
      verified: row.return_path.verified,
    },
  ];
}
