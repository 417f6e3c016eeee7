import type { DnsRecord, Domain, DomainStatus } from '@letterhead/shared';
import { formatTable, formatTime } from './output.ts';

/** A line each. */
export function formatDomains(domains: readonly Domain[], statuses: readonly DomainStatus[]): string {
  if (domains.length === 0)
    return 'There are no domains yet: `letterhead domain add example.org` adds one.\n';
  const statusOf = new Map(statuses.map((status) => [status.id, status]));
  return formatTable(
    ['ID', 'DOMAIN', 'STATUS', 'LAST CHECK', 'CREATED'],
    domains.map(({ id, domain, created_at }) => {
      const status = statusOf.get(id);
      return [
        String(id),
        domain,
        status?.status ?? '-',
        formatTime(status?.checked_at ?? null),
        formatTime(created_at),
      ];
    }),
  );
}

/** What to do with a domain that has just got its records. */
export function describeNewDomain({ id, domain, dns_records }: Domain): string {
  const records = dns_records.map((record) => `${record.label}\n${describeRecord(record)}`);
  const [these, are] = records.length === 1 ? ['this record', 'it is'] : ['these records', 'they are'];
  return `${domain} (domain ${id}) is there. Publish ${these} at its DNS provider:

${records.join('\n')}
Then check whether ${are} seen: letterhead domain verify ${domain}
`;
}

/** A record as a DNS provider's form asks for it. */
export function describeRecord({
  type,
  hostname,
  value,
}: Pick<DnsRecord, 'type' | 'hostname' | 'value'>): string {
  return `  Type   ${type}\n  Host   ${hostname}\n  Value  ${value}\n`;
}
