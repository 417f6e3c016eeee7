import type { DnsRecord, Domain } from '@letterhead/shared';
import { quotedStrings, recordFqdn } from '@letterhead/shared';
import { isTooLong } from '../records/record-names.ts';

const TTL_SECONDS = 3600;

/**
 * Formats the domain's records as lines of a zone file (RFC 1035 §5). Uses fully qualified names, so that they mean the
 * same wherever they are included. Splits a text that is too long for one string.
 */
export function formatZoneFile(domain: Domain): string {
  const lines = domain.dns_records.map((record) => formatRecord(record, domain));
  return `; ${domain.domain}: the records that Letterhead looks for\n${lines.join('\n')}\n`;
}

function formatRecord(record: DnsRecord, domain: Domain): string {
  const data = record.type === 'TXT' ? textData(record.value) : `${record.value}.`;
  const fqdn = recordFqdn(record.hostname, domain);
  const line = `${fqdn}.\t${TTL_SECONDS}\tIN\t${record.type}\t${data}`;
  // Commented out, because a name server would reject the whole file.
  return isTooLong(fqdn) ? `; too long for the DNS: ${line}` : line;
}

function textData(value: string): string {
  const strings = quotedStrings(value);
  return strings.length === 1 ? strings.join('') : `( ${strings.join(' ')} )`;
}
