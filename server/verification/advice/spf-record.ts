import type { Outcome } from '../../dns/outcome.ts';

const VERSION = /^v=spf1(?: |$)/i;
const ALL = /^[-+~?]?all$/i;
const WHOLE_NETWORK = /^\+?ip(?:4:[\d.]+|6:[\da-f:.]+)\/0+$/i;
const WHOLE_NETWORK_OF_HOST = /^\+?(?:a|mx)(?::[^/]+)?(?:\/0+(?:\/\/\d+)?|(?:\/\d+)?\/\/0+)$/i;

/** The TXT records that are SPF records (RFC 7208 §4.5). */
export function spfRecords(txt: Outcome): string[] {
  return txt.kind === 'present' ? txt.values.filter(isSpfRecord) : [];
}

export function isSpfRecord(value: string): boolean {
  return VERSION.test(value);
}

/** Whether somebody meant an SPF record, such as one with quotation marks before its version. */
export function mentionsSpf(value: string): boolean {
  return /\bv\s*=\s*spf1/i.test(value);
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

/** The term by which every server of the world passes: what comes after an `all` is not evaluated (RFC 7208 §5.1). */
export function passAllTerm(record: string): string | undefined {
  const terms = spfTerms(record);
  const end = terms.findIndex(isAll);
  const evaluated = end === -1 ? terms : terms.slice(0, end + 1);
  return evaluated.find((term) => isPassAll(term) || isWholeNetwork(term));
}

/** A network of all IPv4 or of all IPv6 addresses: `ip4:0.0.0.0/0`, `ip6:::/0`, or `/0` or `//0` after a host. */
export function isWholeNetwork(term: string): boolean {
  return WHOLE_NETWORK.test(term) || WHOLE_NETWORK_OF_HOST.test(term);
}

/** The protocol over which every server of the world passes by a term that `passAllTerm` finds; null: by either. */
export function protocolOf(term: string): 'IPv4' | 'IPv6' | null {
  const isIp6 = /^\+?ip6:/i.test(term);
  const ofIpv6 = isIp6 || /\/\/0+$/.test(term);
  const ofIpv4 = !isIp6 && /(?<!\/)\/0+(?:\/\/|$)/.test(term);
  if (ofIpv4 === ofIpv6) return null;
  return ofIpv4 ? 'IPv4' : 'IPv6';
}

/** The target of a `redirect=`; null for any other term. */
export function redirectTarget(term: string): string | null {
  return /^redirect=(.+)$/i.exec(term)?.[1] ?? null;
}
