import type { DnsRecord, Domain, DomainStatus } from '@letterhead/shared';
import { toUnicode } from '../domains/domain-name.ts';
import { formatTable, formatTime } from './output.ts';

/** Formats an IDN as `bücher.example (xn--bcher-kva.example)`; other names are returned unchanged. */
export function withPunycode(name: string): string {
  const unicode = toUnicode(name);
  return unicode === name ? name : `${unicode} (${name})`;
}

/** `example.org (domain 7)`; an IDN in both spellings. */
export function describeName({ id, domain }: Pick<Domain, 'id' | 'domain'>): string {
  const unicode = toUnicode(domain);
  return unicode === domain ? `${domain} (domain ${id})` : `${unicode} (${domain}, domain ${id})`;
}

/** Formats one line per domain. */
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

/** Explains what to do with a domain that has new records. */
export function describeNewDomain(added: Domain): string {
  const { domain, dns_records } = added;
  const records = dns_records.map((record) => `${record.label}\n${describeRecord(record)}`);
  const [these, are] = records.length === 1 ? ['this record', 'it is'] : ['these records', 'they are'];
  return `${describeName(added)} is there. Publish ${these} at its DNS provider:

${records.join('\n')}
Then check whether ${are} seen: letterhead domain verify ${domain}
`;
}

/** Formats a record like a DNS provider's form. */
export function describeRecord({
  type,
  hostname,
  value,
}: Pick<DnsRecord, 'type' | 'hostname' | 'value'>): string {
  return `  Type   ${type}\n  Host   ${hostname}\n  Value  ${value}\n`;
}
