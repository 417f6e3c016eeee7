import type { Advice, Diagnosis, Domain, NameServerObservation, RecordDiagnosis } from '@letterhead/shared';
import { inOneLine } from '../terminal-text.ts';
import { describeName } from './domain-text.ts';
import { formatTime } from './output.ts';

/** Explains why a domain is or is not verified: each record with what was found and what to do, then advice. */
export function describeDiagnosis(domain: Domain, diagnosis: Diagnosis): string {
  const parts = [
    `${describeVerdict(domain)}${describeState(diagnosis)}`,
    ...diagnosis.records.map(describeRecordDiagnosis),
    ...diagnosis.advice.map(describeAdvice),
  ];
  return parts.join('\n');
}

function describeVerdict(domain: Domain): string {
  return `${describeName(domain)} is ${domain.verified ? 'verified' : 'not verified'}.\n`;
}

function describeState({ status, checked_at, next_check_at }: Diagnosis): string {
  const last = checked_at === null ? 'not checked yet' : `last checked ${formatTime(checked_at)}`;
  const next = next_check_at === null ? '' : `, next check ${formatTime(next_check_at)}`;
  return `Status ${status}, ${last}${next}.\n`;
}

function describeRecordDiagnosis(record: RecordDiagnosis): string {
  const rows: [string, string][] = [
    ['Type', record.type],
    ['Host', record.hostname],
    ['Expected', record.expected],
    ...labelled('Found', record.found),
    ...labelled('Asked', record.nameservers.map(describeNameServer)),
  ];
  return sentences(`${record.label}: ${record.title}`, record) + indent(rows);
}

function describeAdvice(advice: Advice): string {
  return sentences(`Advice: ${advice.title}`, advice);
}

function sentences(heading: string, { detail, fix }: { detail: string; fix: string | null }): string {
  const toDo = fix === null ? [] : [`To do: ${fix}`];
  return `${inOneLine(heading)}\n${[detail, ...toDo].map((line) => `  ${inOneLine(line)}\n`).join('')}`;
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
