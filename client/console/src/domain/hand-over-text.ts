import type { Domain } from '@letterhead/shared';
import { inBothSpellings } from '../parts/domain-name.tsx';
import type { DnsForm } from './dns-form.ts';

/** The records as a text for an e-mail to whoever edits the DNS. */
export function toEmailText({ domain }: Domain, { zone, records: typed }: DnsForm): string {
  const records = typed.map(
    (record, at) => `${at + 1}. ${record.label}
Type:  ${record.type}
Host:  ${record.host}
       (in full: ${record.fullHost})
Value: ${record.value}`,
  );
  return `Hello,

please add ${records.length === 1 ? 'this record' : 'these records'} to the DNS of ${inBothSpellings(zone)}, so that mail from ${inBothSpellings(domain)} can be signed:

${records.join('\n\n')}

Most DNS forms add .${zone} to the host by themselves: there, type the short one. The value goes in as one line.
Everything else in the DNS stays as it is. Thank you!
`;
}

export function emailSubject(domain: Domain): string {
  return `DNS records for ${inBothSpellings(domain.domain)}`;
}

/** The records as comma-separated values (RFC 4180). */
export function toCsv({ records }: DnsForm): string {
  const lines = [
    ['label', 'type', 'host', 'host in full', 'value'],
    ...records.map(({ label, type, host, fullHost, value }) => [label, type, host, fullHost, value]),
  ];
  return lines.map((line) => `${line.map(quote).join(',')}\r\n`).join('');
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
