import type { Outcome } from '../../dns/outcome.ts';

const VERSION = /^v=spf1(?: |$)/i;
const ALL = /^[-+~?]?all$/i;

/** The TXT records that are SPF records (RFC 7208 §4.5). */
export function spfRecords(txt: Outcome): string[] {
  return txt.kind === 'present' ? txt.values.filter(isSpfRecord) : [];
}

export function isSpfRecord(value: string): boolean {
  return VERSION.test(value);
}

/** The record without its version. */
export function spfTerms(record: string): string[] {
  return record.split(' ').slice(1).filter(Boolean);
}

/** `all`, however it is qualified: what goes for every server that no other term names. */
export function isAll(term: string): boolean {
  return ALL.test(term);
}

/** `+all`, with or without its sign: every server of the world passes. */
export function isPassAll(term: string): boolean {
  return /^\+?all$/i.test(term);
}

/** The target of a `redirect=`; null for any other term. */
export function redirectTarget(term: string): string | null {
  return /^redirect=(.+)$/i.exec(term)?.[1] ?? null;
}
