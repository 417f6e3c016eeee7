import type { Outcome } from '../../dns/outcome.ts';
import { totalOf } from '../truncate.ts';
import {
  type DmarcPolicy,
  type DmarcProblem,
  type DmarcRecord,
  isDmarcRecord,
  keyword,
  type PolicyTag,
  parseDmarcRecord,
  policiesOf,
  versionProblem,
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

/** Which policy receivers apply to mail from a domain (RFC 9989 §4.10.1). `unknown`: the DNS did not say. */
export type DmarcDiscovery = {
  /** The Organizational Domain (RFC 9989 §4.10.2); null where the DNS did not say. */
  readonly organizational: string | null;
  readonly unusable: readonly UnusableRecord[];
} & ({ readonly kind: 'unknown' | 'none' } | AppliedRecord);

/** The record that counts. */
export interface AppliedRecord extends FoundRecord {
  readonly kind: 'found';
  /** The policy that it names; null: none, because of what is wrong with it. */
  readonly published: DmarcPolicy | null;
  /** What receivers are to do: less than that in test mode. */
  readonly policy: DmarcPolicy | null;
  /** Which of its tags that is. */
  readonly tag: PolicyTag;
}

/** The domains at whose `_dmarc` receivers ask, in their order (RFC 9989 §4.10): at most eight. */
export function walkedDomains(domain: string): string[] {
  const labels = domain.split('.');
  const parents = labels.slice(-Math.min(MAX_LABELS, labels.length - 1));
  const above = labels.length === 1 ? [] : parents.map((_, at) => parents.slice(at).join('.'));
  return [domain, ...above];
}

/** `exists`: whether there is any record at the domain or below it. */
export function discoverDmarc(domain: string, steps: readonly WalkStep[], exists: boolean): DmarcDiscovery {
  const { found, unusable, isCutShort } = walk(steps);
  const own = found.find((one) => one.domain === domain);
  if (isCutShort && own === undefined) return { kind: 'unknown', organizational: null, unusable };
  const organizational = isCutShort ? null : organizationalDomain(domain, found);
  const applied = own ?? found.find((one) => one.domain === organizational) ?? found.findLast(isPublicSuffix);
  if (applied === undefined) return { kind: 'none', organizational, unusable };
  return { ...applyRecord(applied, domain, exists), organizational, unusable };
}

function applyRecord(found: FoundRecord, author: string, exists: boolean): AppliedRecord {
  const tag = tagFor(found, author, exists);
  const published = policiesOf(found.record)?.[tag] ?? null;
  const isTested = published !== null && keyword(found.record, 't') === 'y';
  return { kind: 'found', ...found, published, policy: isTested ? WHILE_TESTING[published] : published, tag };
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
  const [problem = null] = values.flatMap((value) => versionProblem(value) ?? []);
  return problem;
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
function tagFor({ domain, record }: FoundRecord, author: string, exists: boolean): PolicyTag {
  const policies = policiesOf(record);
  if (domain === author || policies === null) return 'p';
  if (!exists && policies.np !== null) return 'np';
  return policies.sp === null ? 'p' : 'sp';
}
