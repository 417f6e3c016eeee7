import type { DnsRecord } from './domain.ts';

/** A record as it is entered into a DNS form. */
export interface TypedRecord extends Pick<DnsRecord, 'label' | 'type' | 'value'> {
  /** Relative to the zone: `abc._domainkey`. */
  readonly host: string;
  readonly fqdn: string;
}

/** The text of an e-mail to a person who edits the DNS and has no account. `domain` and `zone` are for display. */
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

/** A line of comma-separated values with its line end (RFC 4180). */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join()}\r\n`;
}

/** Maximum length of a character-string in a TXT record, in octets (RFC 1035 §3.3). */
const STRING_MAX = 255;

/** Splits an ASCII TXT value into quoted strings, as zone files and some DNS forms expect. */
export function quotedStrings(value: string): string[] {
  const strings = value.match(new RegExp(`.{1,${STRING_MAX}}`, 'gs')) ?? [''];
  return strings.map((string) => `"${string.replace(/["\\]/g, '\\$&')}"`);
}
