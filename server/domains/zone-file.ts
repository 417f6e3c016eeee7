import type { DnsRecord, Domain } from '@letterhead/shared';
import { recordFqdn } from '@letterhead/shared';
import { isTooLong } from '../records/record-names.ts';

/** What one character-string of a TXT record holds at most (RFC 1035 §3.3), in octets. */
const STRING_MAX = 255;

const TTL_SECONDS = 3600;

/**
 * The domain's records as lines of a zone file (RFC 1035 §5), with fully qualified names, so that they mean the same
 * wherever they are included. A text that is too long for one string is split into several.
 */
export function formatZoneFile(domain: Domain): string {
  const lines = domain.dns_records.map((record) => formatRecord(record, domain));
  return `; ${domain.domain}: the records that Letterhead looks for\n${lines.join('\n')}\n`;
}

function formatRecord(record: DnsRecord, domain: Domain): string {
  const data = record.type === 'TXT' ? formatStrings(record.value) : `${record.value}.`;
  const fqdn = recordFqdn(record.hostname, domain);
  const line = `${fqdn}.\t${TTL_SECONDS}\tIN\t${record.type}\t${data}`;
  // A name server would refuse the whole file for it.
  return isTooLong(fqdn) ? `; too long for the DNS: ${line}` : line;
}

function formatStrings(text: string): string {
  const parts = text.match(new RegExp(`.{1,${STRING_MAX}}`, 'gs')) ?? [''];
  const quoted = parts.map((part) => `"${part.replace(/["\\]/g, '\\$&')}"`);
  return quoted.length === 1 ? quoted.join('') : `( ${quoted.join(' ')} )`;
}
