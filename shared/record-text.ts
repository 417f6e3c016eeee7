import type { DnsRecord } from './domain.ts';

/** A record as it is entered into a DNS form. */
export interface TypedRecord extends Pick<DnsRecord, 'label' | 'type' | 'value'> {
  /** Relative to the zone: `abc._domainkey`. */
  readonly host: string;
  readonly fqdn: string;
}

/** What an e-mail to the person who edits the DNS is about; names are for display. */
export interface RecordsEmail {
  readonly domain: string;
  readonly zone: string;
  readonly records: readonly TypedRecord[];
  /** Who asks. */
  readonly sender: string;
  /** The page that shows the records; null: there is none. */
  readonly share: { readonly url: string; readonly expires_at: Date | null } | null;
}

/** The text of an e-mail to a person who edits the DNS and has no account. */
export function recordsEmail({ domain, zone, records, sender, share }: RecordsEmail): string {
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

please add ${isOne ? 'this record' : 'these records'} to the DNS of ${zone}, so that mail from ${domain} can be signed.
${share === null ? '' : describeShare(share)}
${listed.join('\n')}
Most DNS forms add the zone's name to the host automatically: enter the short host there, the full one elsewhere.
Copy ${isOne ? 'the value' : 'each value'} in full, as one line and without quotation marks. ${isOne ? '' : 'All of these records are needed. '}Nothing else in the DNS has to change.

Thank you!
${sender}
`;
}

function describeShare({ url, expires_at }: { url: string; expires_at: Date | null }): string {
  const until = expires_at === null ? '' : `, and works until ${expires_at.toISOString().slice(0, 10)}`;
  return `
This page has everything to copy, and a button that checks it once it is in the DNS. It needs no account${until}:
${url}
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
