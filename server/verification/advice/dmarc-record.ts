/** A DMARC Policy Record (RFC 9989 §4.7): the value of each tag. */
export interface DmarcRecord {
  readonly tags: ReadonlyMap<string, string>;
}

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';
export type PolicyTag = (typeof POLICY_TAGS)[number];

/** The policy tags that count: `sp` and `np` are null where the record leaves them to `p`. */
export interface DmarcPolicies {
  readonly p: DmarcPolicy;
  readonly sp: DmarcPolicy | null;
  readonly np: DmarcPolicy | null;
}

/** What makes receivers ignore a record, or take it for `p=none`. */
export type DmarcProblem =
  | { readonly kind: 'version' | 'no-semicolon' }
  | { readonly kind: 'repeated-tag'; readonly tag: string }
  | { readonly kind: 'bad-policy'; readonly tag: PolicyTag; readonly value: string }
  | { readonly kind: 'no-policy' };

const VERSION = /^[ \t]*[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/;
const POLICIES: readonly string[] = ['none', 'quarantine', 'reject'] satisfies DmarcPolicy[];
const POLICY_TAGS = ['p', 'sp', 'np'] as const;
/** RFC 9989 §4.8: a URI (RFC 3986) in which `,` and `!` are encoded, as the characters outside of it are. */
const REPORTING_URI = /^[a-z][a-z0-9+.-]*:(?:[a-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9a-f]{2})*$/i;
const OBSOLETE_SIZE = /![0-9]+[kmgt]?$/i;

/** Whether a TXT value begins as a record of this version does; any other is no DMARC record (RFC 9989 §4.10). */
export function isDmarcRecord(value: string): boolean {
  return VERSION.test(value);
}

/** Whether somebody meant a DMARC record, valid or not. */
export function mentionsDmarc(value: string): boolean {
  return /dmarc/i.test(value);
}

/** Why a value that is no DMARC record is none, where somebody meant one; else null. */
export function versionProblem(value: string): DmarcProblem | null {
  if (/^[ \t]*[vV][ \t]*=[ \t]*DMARC1/.test(value)) return { kind: 'no-semicolon' };
  return mentionsDmarc(value) ? { kind: 'version' } : null;
}

/**
 * The tags of a record, or the tag that is there twice, for which the whole list is no tag list (RFC 6376 §3.2). A part
 * that is no tag is ignored (RFC 9989 §4.8). Tag names are case-sensitive, except for the version's.
 */
export function parseDmarcRecord(value: string): DmarcRecord | DmarcProblem {
  const tags = new Map<string, string>();
  for (const [at, part] of value.split(';').entries()) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (name === '') continue;
    const tag = at === 0 ? name.toLowerCase() : name;
    if (tags.has(tag)) return { kind: 'repeated-tag', tag };
    tags.set(tag, part.slice(equals + 1).trim());
  }
  return { tags };
}

/** The value of a tag that is one of a few words, whose case does not matter. */
export function keyword({ tags }: DmarcRecord, tag: string): string | undefined {
  return tags.get(tag)?.toLowerCase();
}

/**
 * The policies that receivers apply (RFC 9989 §4.10.1): with a `p` that is missing or no policy, or another that is
 * none, they act as if for `p=none` where the record asks for reports, and on no policy at all otherwise: null.
 */
export function policiesOf(record: DmarcRecord): DmarcPolicies | null {
  const p = keyword(record, 'p');
  if (isPolicy(p) && badPolicy(record) === null) {
    return { p, sp: policyIn(record, 'sp'), np: policyIn(record, 'np') };
  }
  return asksForReports(record) ? { p: 'none', sp: null, np: null } : null;
}

/** What is wrong with the policies; null where nothing is. */
export function policyProblem(record: DmarcRecord): DmarcProblem | null {
  const bad = badPolicy(record);
  if (bad !== null) return bad;
  return record.tags.has('p') || asksForReports(record) ? null : { kind: 'no-policy' };
}

function badPolicy(record: DmarcRecord): DmarcProblem | null {
  for (const tag of POLICY_TAGS) {
    const value = record.tags.get(tag);
    if (value !== undefined && !isPolicy(value.toLowerCase())) return { kind: 'bad-policy', tag, value };
  }
  return null;
}

function policyIn(record: DmarcRecord, tag: PolicyTag): DmarcPolicy | null {
  const value = keyword(record, tag);
  return isPolicy(value) ? value : null;
}

function isPolicy(text: string | undefined): text is DmarcPolicy {
  return text !== undefined && POLICIES.includes(text);
}

function asksForReports({ tags }: DmarcRecord): boolean {
  const uris = (tags.get('rua') ?? '').split(',').map((uri) => uri.trim().replace(OBSOLETE_SIZE, ''));
  return uris.some((uri) => REPORTING_URI.test(uri));
}
