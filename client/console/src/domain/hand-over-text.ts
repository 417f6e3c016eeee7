import type { Domain } from '@letterhead/shared';
import { fullHost, registrableDomain } from './record-names.ts';

/** The records as a text for an e-mail to whoever edits the DNS. */
export function toEmailText(domain: Domain): string {
  const zone = registrableDomain(domain);
  const records = domain.dns_records.map(
    (record, at) => `${at + 1}. ${record.label}
Type:  ${record.type}
Host:  ${record.hostname}
       (in full: ${fullHost(record, domain)})
Value: ${record.value}`,
  );
  return `Hello,

please add ${records.length === 1 ? 'this record' : 'these records'} to the DNS of ${zone}, so that mail from ${domain.domain} can be signed:

${records.join('\n\n')}

Most DNS forms add .${zone} to the host by themselves: there, type the short one. The value goes in as one line.
Everything else in the DNS stays as it is. Thank you!
`;
}

export function emailSubject(domain: Domain): string {
  return `DNS records for ${domain.domain}`;
}

/** The records as comma-separated values (RFC 4180). */
export function toCsv(domain: Domain): string {
  const lines = [
    ['label', 'type', 'host', 'host in full', 'value'],
    ...domain.dns_records.map((record) => [
      record.label,
      record.type,
      record.hostname,
      fullHost(record, domain),
      record.value,
    ]),
  ];
  return lines.map((line) => `${line.map(quote).join(',')}\r\n`).join('');
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
