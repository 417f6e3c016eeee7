import type { DnsRecord, Domain } from '@letterhead/shared';
import type { Target } from './command-context.ts';

/** The record of the key that signs a domain's mail: of several, the domain itself does not say which it is. */
export async function activeRecordOf(
  { letterhead }: Pick<Target, 'letterhead'>,
  { account_id: account, id, dns_records }: Domain,
): Promise<DnsRecord | undefined> {
  const records = dns_records.filter(({ label }) => label === 'DKIM');
  if (records.length <= 1) return records[0];
  const keys = await letterhead.keys.list.query({ account, id });
  const active = keys.find(({ state }) => state === 'active');
  return records.find(({ hostname }) => hostname.startsWith(`${active?.selector}._domainkey`));
}
