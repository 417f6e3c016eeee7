import { relativeHost } from '@letterhead/shared';
import { isWithin } from '../../dns/name.ts';
import type { AdviceEvidence } from '../evidence.ts';
import type { AdviceFinding, DmarcRemark } from './advice-finding.ts';
import type { AdvicePlace } from './advice-place.ts';
import { type DmarcDiscovery, discoverDmarc, type UnusableRecord } from './dmarc-policy.ts';
import { type DmarcRecord, keyword, policyProblem } from './dmarc-record.ts';

const PREFIX = '_dmarc.';
/** Tags of RFC 7489 that RFC 9989 has taken away. */
const HISTORIC = ['pct', 'rf', 'ri'] as const;

/** The name whose TXT record is the DMARC record of a domain. */
export function dmarcName(domain: string): string {
  return `${PREFIX}${domain}`;
}

/** What receivers make of what a check saw. Null: the DNS did not say. */
export function discoverIn(domain: string, { dmarc, mx }: AdviceEvidence): DmarcDiscovery | null {
  const steps = dmarc.map(({ name, txt }) => ({ domain: name.slice(PREFIX.length), txt }));
  // A domain whose records are not published yet may not exist.
  const exists = mx.kind !== 'absent' || mx.reason !== 'nxdomain';
  return discoverDmarc(domain, steps, exists);
}

/** Null: the DNS did not say. */
export function adviseOnDmarc(place: AdvicePlace, evidence: AdviceEvidence): AdviceFinding | null {
  const discovery = discoverIn(place.domain, evidence);
  if (discovery === null) return null;
  const { record, domain } = discovery;
  const unusable = unusableOf(place, discovery);
  if (unusable !== undefined) return judgeUnusable(unusable);
  if (record === null) return missing(place, evidence.dmarc);
  const problem = policyProblem(record);
  const name = dmarcName(domain);
  if (problem !== null) {
    return { code: 'DMARC_INVALID', action: null, name, problem, effect: discovery.policy ?? 'ignored' };
  }
  return judgePolicy(place, discovery, record, name);
}

function judgePolicy(
  place: AdvicePlace,
  { domain, policy, published, tag }: DmarcDiscovery,
  record: DmarcRecord,
  name: string,
): AdviceFinding {
  return {
    code: 'DMARC_POLICY',
    action: null,
    name,
    policy: policy ?? 'none',
    published: published ?? 'none',
    tag,
    isInherited: domain !== place.domain,
    remarks: remarksOn(record, isWithin(domain, place.registrable)),
  };
}

/** What cannot be used at the domain itself, or, where it stands in the way of a policy, at a domain above it. */
function unusableOf(
  place: AdvicePlace,
  { record, domain, unusable }: DmarcDiscovery,
): UnusableRecord | undefined {
  // What is above the registrable domain is not for the domain's owner to put right.
  const own = unusable.filter((one) => isWithin(one.domain, place.registrable));
  const isSettled = record !== null && isWithin(domain, place.registrable);
  return isSettled ? own.find((one) => one.domain === place.domain) : own[0];
}

function judgeUnusable({ domain, problem }: UnusableRecord): AdviceFinding {
  const name = dmarcName(domain);
  if (problem.kind === 'multiple') return { code: 'DMARC_MULTIPLE', action: null, name };
  return { code: 'DMARC_INVALID', action: null, name, problem, effect: 'ignored' };
}

function remarksOn(record: DmarcRecord, isOwners: boolean): DmarcRemark[] {
  if (!isOwners) return [];
  const historic = HISTORIC.filter((tag) => record.tags.has(tag));
  const suffix: DmarcRemark[] = keyword(record, 'psd') === 'y' ? ['public-suffix'] : [];
  return [...(record.tags.has('p') ? [] : ['no-p' as const]), ...historic, ...suffix];
}

function missing({ registrable }: AdvicePlace, steps: AdviceEvidence['dmarc']): AdviceFinding {
  const name = dmarcName(registrable);
  const zone = steps.find((step) => step.name === name)?.zone ?? registrable;
  const host = relativeHost(name, zone);
  return {
    code: 'DMARC_MISSING',
    action: { kind: 'add', zone, type: 'TXT', host, value: 'v=DMARC1; p=none', from_host: null, remove: [] },
  };
}
