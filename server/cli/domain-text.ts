import type { DnsRecord, Domain, DomainStatus } from '@letterhead/shared';
import { toUnicode } from '../domains/domain-name.ts';
import { formatTable, formatTime } from './output.ts';

/** A name as a person knows it: `bücher.example (xn--bcher-kva.example)`; once where there is but one spelling. */
export function withPunycode(name: string): string {
  const unicode = toUnicode(name);
  return unicode === name ? name : `${unicode} (${name})`;
}

/** `example.org (domain 7)`, and an IDN in both its spellings. */
export function describeName({ id, domain }: Pick<Domain, 'id' | 'domain'>): string {
  const unicode = toUnicode(domain);
  return unicode === domain ? `${domain} (domain ${id})` : `${unicode} (${domain}, domain ${id})`;
}

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
        withPunycode(domain),
        status?.status ?? '-',
        formatTime(status?.checked_at ?? null),
        formatTime(created_at),
      ];
    }),
  );
}

/** What to do with a domain that has just got its records. */
export function describeNewDomain(added: Domain): string {
  const { domain, dns_records } = added;
  const records = dns_records.map((record) => `${record.label}\n${describeRecord(record)}`);
  const [these, are] = records.length === 1 ? ['this record', 'it is'] : ['these records', 'they are'];
  return `${describeName(added)} is there. Publish ${these} at its DNS provider:

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
