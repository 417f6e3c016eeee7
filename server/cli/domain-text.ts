import type {
  Advice,
  Diagnosis,
  Domain,
  DomainStatus,
  NameServerObservation,
  RecordDiagnosis,
} from '@letterhead/shared';
import { needsAttention } from '@letterhead/shared';
import { toUnicode, withPunycode } from '../domains/domain-name.ts';
import { inOneLine } from '../terminal-text.ts';
import { type Columns, formatTable } from './layout.ts';
import { formatTime } from './output.ts';
import { SEVERITY_STYLES, STATUS_STYLES, styled } from './style.ts';

/** `example.org (domain 7)`; an IDN in both spellings. */
export function describeName({ id, domain }: Pick<Domain, 'id' | 'domain'>): string {
  const unicode = toUnicode(domain);
  return unicode === domain ? `${domain} (domain ${id})` : `${unicode} (${domain}, domain ${id})`;
}

/** Formats one line per domain. */
export function formatDomains(
  domains: readonly Domain[],
  statusOf: ReadonlyMap<number, DomainStatus>,
  width: number | undefined,
): string {
  const columns: Columns<Domain> = {
    ID: ({ id }) => id,
    DOMAIN: ({ domain }) => withPunycode(domain),
    STATUS: ({ id }) => statusCell(statusOf.get(id)),
    'LAST CHECK': ({ id }) => formatTime(statusOf.get(id)?.checked_at ?? null),
    CREATED: ({ created_at }) => formatTime(created_at),
  };
  return formatTable(domains, columns, width);
}

/** The status, and what is wrong where somebody has to act. */
function statusCell(found: DomainStatus | undefined) {
  if (found === undefined) return null;
  const text = needsAttention(found) ? `${found.status}: ${found.code}` : found.status;
  return { text, style: STATUS_STYLES[found.status] };
}

/** Explains what to do with a domain that has new records. */
export function describeNewDomain(added: Domain, what: 'Added' | 'Renamed to' = 'Added'): string {
  const { domain, dns_records } = added;
  const records = dns_records.map(
    ({ label, type, hostname, value }) =>
      `${label}\n  Type   ${type}\n  Host   ${hostname}\n  Value  ${value}\n`,
  );
  const [these, are] = records.length === 1 ? ['this record', 'it is'] : ['these records', 'they are'];
  return `${what} ${describeName(added)}. Publish ${these} at its DNS provider:

${records.join('\n')}
Then check whether ${are} live: letterhead domain verify ${domain}
`;
}

/** Explains why a domain is or is not verified: each record with what was found and what to do, then advice. */
export function describeDiagnosis(domain: Domain, diagnosis: Diagnosis): string {
  const parts = [
    `${describeVerdict(domain, diagnosis)}${describeState(diagnosis)}`,
    ...diagnosis.records.map(describeRecordDiagnosis),
    ...diagnosis.advice.map(describeAdvice),
  ];
  const text = parts.join('\n');
  const short = shortenKeys(text);
  if (short === text) return text;
  return `${short}\nPrint the full values with: letterhead domain records ${domain.domain}\n`;
}

/** Shortens each public key, whose 392 characters (RSA-2048) fill five lines of a terminal. */
function shortenKeys(text: string): string {
  return text.replace(/[A-Za-z0-9+/]{64,}={0,2}/g, (key) => `${key.slice(0, 8)}…${key.slice(-8)}`);
}

/** A domain counts as verified by any of its records, and its status by DKIM's alone. */
function describeVerdict(domain: Domain, { status }: Diagnosis): string {
  const name = describeName(domain);
  if (!domain.verified) return `${name} is ${styled('bad', 'not verified')}.\n`;
  const isSigned = status === 'verified' || status === 'degraded';
  const rest = isSigned
    ? ''
    : ' by its Return-Path alone: its mail can’t be signed until the DKIM record is found';
  return `${name} is ${styled('good', 'verified')}${rest}.\n`;
}

function describeState({ status, checked_at, next_check_at }: Diagnosis): string {
  const last = checked_at === null ? 'not checked yet' : `last checked ${formatTime(checked_at)}`;
  const next = next_check_at === null ? '' : `, next check ${formatTime(next_check_at)}`;
  return `Status ${styled(STATUS_STYLES[status], status)}, ${last}${next}.\n`;
}

function describeRecordDiagnosis(record: RecordDiagnosis): string {
  const rows: [string, string][] = [
    ['Type', record.type],
    ['Host', record.hostname],
    // Each value is printed once: `fix` has the expected one where it has to be typed.
    ...(record.fix?.includes(record.expected) ? [] : labelled('Expected', [record.expected])),
    ...labelled(
      'Found',
      record.found.filter((value) => value !== record.expected),
    ),
    ...labelled('Asked', record.nameservers.map(describeNameServer)),
  ];
  return sentences(`${record.label}: ${record.title}`, record) + indent(rows);
}

function describeAdvice(advice: Advice): string {
  return sentences(`Advice: ${advice.title}`, advice);
}

function sentences(heading: string, said: Pick<Advice, 'detail' | 'fix' | 'severity'>): string {
  const toDo = said.fix === null ? '' : `  ${styled('strong', 'To do:')} ${inOneLine(said.fix)}\n`;
  return `${styled(SEVERITY_STYLES[said.severity], inOneLine(heading))}\n  ${inOneLine(said.detail)}\n${toDo}`;
}

function describeNameServer({ name, address, outcome, ms }: NameServerObservation): string {
  return `${name} at ${address}: ${outcome}, ${Math.round(ms)} ms`;
}

/** Labels each value: a line without a label could be mistaken for Letterhead's own. */
function labelled(label: string, values: readonly string[]): [string, string][] {
  return values.map((value) => [label, value]);
}

function indent(rows: readonly [string, string][]): string {
  return rows.map(([label, value]) => `  ${label.padEnd(8)}  ${inOneLine(value)}\n`).join('');
}
