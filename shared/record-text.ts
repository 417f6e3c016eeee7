import type { DnsRecord } from './domain.ts';

/** Records in the forms in which other people and programs take them. */

/** A record as it is typed into the form of a zone. */
export interface TypedRecord extends Pick<DnsRecord, 'label' | 'type' | 'value'> {
  /** Relative to the zone: `abc._domainkey`. */
  readonly host: string;
  /** The host name in full. */
  readonly fqdn: string;
}

/** The e-mail to somebody who edits the DNS and knows nothing of Letterhead. `domain` and `zone` as people read them. */
export function recordsEmail(domain: string, zone: string, records: readonly TypedRecord[]): string {
  const isOne = records.length === 1;
  const listed = records.map(
    ({ label, type, host, fqdn, value }) => `${label}
  Type:  ${type}
  Host:  ${host}
         (in full: ${fqdn})
  Value: ${value}
`,
  );
  return `Hello,

please add ${isOne ? 'this record' : 'these records'} to the DNS of ${zone}, so that mail from ${domain} can be signed:

${listed.join('\n')}
Most DNS forms add the zone's name to the host automatically: enter the short host there, the full one elsewhere.
Copy ${isOne ? 'the value' : 'each value'} in full, as one line and without quotation marks. Nothing else in the DNS has to change.

Thank you!
`;
}

/** A line of comma-separated values (RFC 4180), with its end. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join()}\r\n`;
}

/** What one character-string of a TXT record holds at most (RFC 1035 §3.3), in octets. */
const STRING_MAX = 255;

/** A TXT value, which is ASCII, as the strings in quotation marks that zone files and some forms want. */
export function quotedStrings(value: string): string[] {
  const strings = value.match(new RegExp(`.{1,${STRING_MAX}}`, 'gs')) ?? [''];
  return strings.map((string) => `"${string.replace(/["\\]/g, '\\$&')}"`);
}
