import { relativeHost } from '@letterhead/shared';
import { parseTagList, tagValue } from '../../keys/tag-list.ts';
import type { AdviceEvidence } from '../evidence.ts';
import type { AdviceFinding, DmarcPolicy } from './advice-finding.ts';
import type { AdvicePlace } from './advice-place.ts';

const POLICIES: readonly string[] = ['none', 'quarantine', 'reject'] satisfies DmarcPolicy[];

/** Null: the DNS did not say. The domain's own record counts; without one, the registrable domain's (RFC 7489 §6.6.3). */
export function adviseOnDmarc(place: AdvicePlace, evidence: AdviceEvidence['dmarc']): AdviceFinding | null {
  for (const { name, txt } of evidence) {
    if (txt.kind === 'unknown') return null;
    const values = txt.kind === 'present' ? txt.values : [];
    const records = values.filter((value) => /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(value));
    const [record] = records;
    if (records.length > 1) return { code: 'DMARC_MULTIPLE', action: null, name };
    if (record !== undefined) return judgeDmarc(place, name, record);
    if (values.some(mentionsDmarc)) return invalid(name, 'it does not begin with v=DMARC1');
  }
  return missing(place, evidence.at(-1)?.zone ?? place.registrable);
}

/** Whether somebody meant a DMARC record, valid or not. */
export function mentionsDmarc(value: string): boolean {
  return /dmarc/i.test(value);
}

function judgeDmarc(place: AdvicePlace, name: string, record: string): AdviceFinding {
  const list = parseTagList(record);
  if (list.kind === 'syntax-error') return invalid(name, list.problem);
  const own = tagValue(list.tags, 'p')?.toLowerCase();
  if (!isPolicy(own)) return invalid(name, own === undefined ? 'it has no p=' : `p= has no policy: ${own}`);
  const forSubdomains = tagValue(list.tags, 'sp')?.toLowerCase();
  const isInherited = name !== `_dmarc.${place.domain}`;
  const policy = isInherited && isPolicy(forSubdomains) ? forSubdomains : own;
  return { code: 'DMARC_POLICY', action: null, name, policy };
}

function isPolicy(text: string | undefined): text is DmarcPolicy {
  return text !== undefined && POLICIES.includes(text);
}

function missing({ registrable }: AdvicePlace, zone: string): AdviceFinding {
  const host = relativeHost(`_dmarc.${registrable}`, zone);
  return {
    code: 'DMARC_MISSING',
    action: { kind: 'add', zone, type: 'TXT', host, value: 'v=DMARC1; p=none', from_host: null, remove: [] },
  };
}

function invalid(name: string, problem: string): AdviceFinding {
  return { code: 'DMARC_INVALID', action: null, name, problem };
}
