import { relativeHost } from '@letterhead/shared';
import { isWithin } from '../../dns/name.ts';
import type { AdviceEvidence } from '../evidence.ts';
import type { AdviceFinding, AdvicePlace, DmarcPlace, DmarcRemark } from './advice-finding.ts';
import {
  type AppliedRecord,
  type DmarcDiscovery,
  discoverDmarc,
  type UnusableRecord,
} from './dmarc-policy.ts';
import { type DmarcRecord, keyword, policyProblem } from './dmarc-record.ts';

const PREFIX = '_dmarc.';
/** Tags of RFC 7489 that RFC 9989 has taken away. */
const HISTORIC = ['pct', 'rf', 'ri'] as const;

/** The name whose TXT record is the DMARC record of a domain. */
export function dmarcName(domain: string): string {
  return `${PREFIX}${domain}`;
}

/** What receivers make of what a check saw. */
export function discoverIn(domain: string, { dmarc, mx }: AdviceEvidence): DmarcDiscovery {
  const steps = dmarc.map(({ name, txt }) => ({ domain: name.slice(PREFIX.length), txt }));
  // A domain whose records are not published yet may not exist.
  const exists = mx.kind !== 'absent' || mx.reason !== 'nxdomain';
  return discoverDmarc(domain, steps, exists);
}

/** Null: the DNS did not say. */
export function adviseOnDmarc(place: AdvicePlace, evidence: AdviceEvidence): AdviceFinding | null {
  const discovery = discoverIn(place.domain, evidence);
  const unusable = unusableOf(place, discovery);
  if (unusable !== undefined) return judgeUnusable(unusable, evidence);
  switch (discovery.kind) {
    case 'unknown':
      return null;
    case 'none':
      return missing(place, evidence.dmarc);
    case 'found':
      return isOwners(place, discovery.domain) || policyProblem(discovery.record) === null
        ? judgeApplied(place, discovery, evidence)
        : missing(place, evidence.dmarc);
  }
}

function judgeApplied(place: AdvicePlace, applied: AppliedRecord, evidence: AdviceEvidence): AdviceFinding {
  const { domain, record, policy, published, tag } = applied;
  const name = dmarcName(domain);
  const problem = policyProblem(record);
  if (problem !== null || policy === null || published === null) {
    const effect = policy ?? 'ignored';
    const where = placeOf(name, evidence);
    return {
      code: 'DMARC_INVALID',
      action: null,
      ...where,
      problem: problem ?? { kind: 'no-policy' },
      effect,
    };
  }
  const isInherited = domain !== place.domain;
  const remarks = isOwners(place, domain) ? remarksOn(record) : [];
  return { code: 'DMARC_POLICY', action: null, name, policy, published, tag, isInherited, remarks };
}

/** What cannot be used at the domain itself, or, where it stands in the way of a policy, at a domain above it. */
function unusableOf(place: AdvicePlace, discovery: DmarcDiscovery): UnusableRecord | undefined {
  const own = discovery.unusable.filter((one) => isOwners(place, one.domain));
  const isSettled = discovery.kind === 'found' && isOwners(place, discovery.domain);
  return isSettled ? own.find((one) => one.domain === place.domain) : own[0];
}

/** What is above the registrable domain is not for the domain's owner to put right. */
function isOwners({ registrable }: AdvicePlace, domain: string): boolean {
  return isWithin(domain, registrable);
}

function judgeUnusable({ domain, problem }: UnusableRecord, evidence: AdviceEvidence): AdviceFinding {
  const where = placeOf(dmarcName(domain), evidence);
  if (problem.kind === 'multiple') return { code: 'DMARC_MULTIPLE', action: null, ...where };
  return { code: 'DMARC_INVALID', action: null, ...where, problem, effect: 'ignored' };
}

function placeOf(name: string, { dmarc }: AdviceEvidence): DmarcPlace {
  const txt = dmarc.find((step) => step.name === name)?.txt;
  return { name, alias: txt?.kind === 'present' ? txt.cname : null };
}

function remarksOn(record: DmarcRecord): DmarcRemark[] {
  const historic = HISTORIC.filter((tag) => record.tags.has(tag));
  const suffix: DmarcRemark[] = keyword(record, 'psd') === 'y' ? ['public-suffix'] : [];
  return [...(record.tags.has('p') ? [] : ['no-p' as const]), ...historic, ...suffix];
}

function missing({ registrable }: AdvicePlace, steps: AdviceEvidence['dmarc']): AdviceFinding {
  const name = dmarcName(registrable);
  const { zone = registrable, alias = null } = steps.find((step) => step.name === name) ?? {};
  const record = { type: 'TXT', host: relativeHost(name, zone), value: 'v=DMARC1; p=none' } as const;
  const kind = alias === null ? 'add' : 'replace';
  const remove = alias === null ? [] : [{ type: 'CNAME', count: 1, values: null }];
  return { code: 'DMARC_MISSING', action: { kind, zone, ...record, from_host: null, remove }, name, alias };
}
