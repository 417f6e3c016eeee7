import type { Outcome } from '../../dns/outcome.ts';
import { totalOf } from '../truncate.ts';
import {
  type DmarcPolicy,
  type DmarcProblem,
  type DmarcRecord,
  isDmarcRecord,
  keyword,
  mentionsDmarc,
  parseDmarcRecord,
  policiesOf,
} from './dmarc-record.ts';

/** RFC 9989 §4.10: from the second question on, a name has at most so many labels, which makes eight questions. */
const MAX_LABELS = 7;

/** One level below the policy that the record names: what `t=y` asks for (RFC 9989 §4.7). */
const WHILE_TESTING: Record<DmarcPolicy, DmarcPolicy> = {
  none: 'none',
  quarantine: 'none',
  reject: 'quarantine',
};

/** What the DNS said at `_dmarc` of one domain of a tree walk. */
export interface WalkStep {
  readonly domain: string;
  readonly txt: Outcome;
}

/** A record that cannot be used, where somebody meant one. */
export interface UnusableRecord {
  readonly domain: string;
  readonly problem: DmarcProblem | { readonly kind: 'multiple' };
}

/** A record that is valid, and where. */
interface FoundRecord {
  readonly domain: string;
  readonly record: DmarcRecord;
}

/** What a walk up the tree found, the longest name first. */
interface Walk {
  readonly found: readonly FoundRecord[];
  readonly unusable: readonly UnusableRecord[];
  /** The DNS did not answer for a name that was to be asked. */
  readonly isCutShort: boolean;
}

/** Which policy receivers apply to mail from a domain (RFC 9989 §4.10.1). */
export interface DmarcDiscovery {
  /** The record that counts; null: there is none. */
  readonly record: DmarcRecord | null;
  /** Where it is; with no record, the domain itself. */
  readonly domain: string;
  /** What is asked for, test mode aside; null: no policy, because of what is wrong with the record. */
  readonly published: DmarcPolicy | null;
  /** What receivers are to do. */
  readonly policy: DmarcPolicy | null;
  /** Which of the record's tags that is. */
  readonly tag: 'p' | 'sp' | 'np';
  /** The Organizational Domain (RFC 9989 §4.10.2); null where the DNS did not say. */
  readonly organizational: string | null;
  readonly unusable: readonly UnusableRecord[];
}

/** The domains at whose `_dmarc` receivers ask, in their order (RFC 9989 §4.10): at most eight. */
export function walkedDomains(domain: string): string[] {
  const labels = domain.split('.');
  const parents = labels.slice(-Math.min(MAX_LABELS, labels.length - 1));
  const above = labels.length === 1 ? [] : parents.map((_, at) => parents.slice(at).join('.'));
  return [domain, ...above];
}

/** `exists`: whether there is any record at the domain or below it. Null: the DNS did not say what applies. */
export function discoverDmarc(
  domain: string,
  steps: readonly WalkStep[],
  exists: boolean,
): DmarcDiscovery | null {
  const { found, unusable, isCutShort } = walk(steps);
  const [first] = found;
  if (isCutShort && first?.domain !== domain) return null;
  const organizational = isCutShort ? null : organizationalDomain(domain, found);
  const last = found.at(-1);
  const applied =
    found.find((one) => one.domain === domain) ??
    found.find((one) => one.domain === organizational) ??
    (last !== undefined && isPublicSuffix(last) ? last : undefined);
  if (applied === undefined) {
    return { record: null, domain, published: null, policy: null, tag: 'p', organizational, unusable };
  }
  const { record } = applied;
  const policies = policiesOf(record);
  const tag = tagFor(applied, domain, exists);
  const published = policies?.[tag] ?? null;
  const policy = published !== null && keyword(record, 't') === 'y' ? WHILE_TESTING[published] : published;
  return { record, domain: applied.domain, published, policy, tag, organizational, unusable };
}

/** A walk ends at a record that says whether its domain is a public suffix, and where the DNS did not answer. */
function walk(steps: readonly WalkStep[]): Walk {
  const found: FoundRecord[] = [];
  const unusable: UnusableRecord[] = [];
  for (const { domain, txt } of steps) {
    if (txt.kind === 'unknown') return { found, unusable, isCutShort: true };
    const record = recordIn(txt);
    if (record === null) continue;
    if ('tags' in record) found.push({ domain, record });
    else unusable.push({ domain, problem: record });
    if ('tags' in record && /^[yn]$/.test(keyword(record, 'psd') ?? '')) break;
  }
  return { found, unusable, isCutShort: false };
}

/** Several records count as none (RFC 9989 §4.10). Null: nobody meant one. */
function recordIn(txt: Outcome): DmarcRecord | UnusableRecord['problem'] | null {
  const values = txt.kind === 'present' ? txt.values : [];
  const [record, another] = values.filter(isDmarcRecord);
  if (another !== undefined || totalOf(txt) > values.length) return { kind: 'multiple' };
  if (record !== undefined) return parseDmarcRecord(record);
  return values.some(mentionsDmarc) ? { kind: 'version' } : null;
}

/** RFC 9989 §4.10.2. */
function organizationalDomain(domain: string, found: readonly FoundRecord[]): string {
  for (const one of found) {
    if (keyword(one.record, 'psd') === 'n') return one.domain;
    if (isPublicSuffix(one) && one.domain !== domain) return oneLabelBelow(one.domain, domain);
  }
  return found.at(-1)?.domain ?? domain;
}

function isPublicSuffix({ record }: FoundRecord): boolean {
  return keyword(record, 'psd') === 'y';
}

function oneLabelBelow(suffix: string, domain: string): string {
  return domain
    .split('.')
    .slice(-suffix.split('.').length - 1)
    .join('.');
}

/** `sp` and `np` are for domains below the record's own, `np` for those that do not exist (RFC 9989 §4.10.1). */
function tagFor({ domain, record }: FoundRecord, author: string, exists: boolean): 'p' | 'sp' | 'np' {
  const policies = policiesOf(record);
  if (domain === author || policies === null) return 'p';
  if (!exists && policies.np !== null) return 'np';
  return policies.sp === null ? 'p' : 'sp';
}
