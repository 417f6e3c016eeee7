import type { Domain } from '@letterhead/shared';
import { dnsRecordsOf } from '../records/dns-records.ts';
import { stateOf } from '../records/record-states.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';

/** Caches the view of each row; rows are immutable. */
const views = new WeakMap<DomainRow, Domain>();

/** A domain as callers see it: its fields in their order, and nothing of the private key. */
export function toDomain(row: DomainRow): Domain {
  let view = views.get(row);
  if (view === undefined) {
    view = makeView(row);
    views.set(row, view);
  }
  return view;
}

function makeView(row: DomainRow): Domain {
  const dns_records = dnsRecordsOf(row).map(({ id, label, type, hostname, value }) => ({
    label,
    type,
    hostname,
    value,
    verified: stateOf(row, id)?.verified === true,
  }));
  return {
    id: row.id,
    account_id: row.account_id,
    domain: row.domain,
    subdomain: row.subdomain,
    verified: row.verified,
    dns_records,
    updated_at: new Date(row.updated_at),
    created_at: new Date(row.created_at),
  };
}
