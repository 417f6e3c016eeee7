import type { Advice } from '@letterhead/shared';
import { parseTagList, tagValue } from '../../dkim/tag-list.ts';
import { inZone, quoted, repeated } from '../diagnosis/words.ts';
import type { AdviceEvidence } from '../evidence.ts';
import { relativeTo } from '../survey/candidate-hosts.ts';
import type { AdvicePlace } from './advice-place.ts';

type Policy = 'none' | 'quarantine' | 'reject';

const IN_WORDS: Record<Policy, string> = {
  none: 'receivers treat mail that fails as any other, and may report it',
  quarantine: 'receivers put mail that fails into the spam folder',
  reject: 'receivers refuse mail that fails',
};

/** Null: the DNS did not say. The domain's own record counts; without one, the registrable domain's (RFC 7489 §6.6.3). */
export function adviseOnDmarc(place: AdvicePlace, evidence: AdviceEvidence['dmarc']): Advice | null {
  for (const { name, txt } of evidence) {
    if (txt.kind === 'unknown') return null;
    const values = txt.kind === 'present' ? txt.values : [];
    const records = values.filter((value) => /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(value));
    const [record] = records;
    if (records.length > 1) return several(name);
    if (record !== undefined) return judged(place, name, record);
    const failed = values.find(mentionsDmarc);
    if (failed !== undefined) return invalid(name, 'it does not begin with v=DMARC1');
  }
  return missing(place, evidence.at(-1)?.zone ?? place.registrable);
}

/** Whether somebody meant a DMARC record, valid or not. */
export function mentionsDmarc(value: string): boolean {
  return /dmarc/i.test(value);
}

function judged(place: AdvicePlace, name: string, record: string): Advice {
  const list = parseTagList(record);
  if (list.kind === 'syntax-error') return invalid(name, repeated(list.problem));
  const own = tagValue(list.tags, 'p')?.toLowerCase();
  if (!isPolicy(own))
    return invalid(name, own === undefined ? 'it has no p=' : `its p=${repeated(own)} is no policy`);
  const forSubdomains = tagValue(list.tags, 'sp')?.toLowerCase();
  const inherited = name !== `_dmarc.${place.domain}`;
  const policy = inherited && isPolicy(forSubdomains) ? forSubdomains : own;
  return {
    code: 'DMARC_POLICY',
    severity: 'ok',
    title: `DMARC: ${policy}`,
    detail: `The record at ${name} asks that ${IN_WORDS[policy]}. Mail with our DKIM signature passes.`,
    fix: null,
  };
}

function isPolicy(text: string | undefined): text is Policy {
  return text !== undefined && Object.hasOwn(IN_WORDS, text);
}

function missing({ domain, registrable }: AdvicePlace, zone: string): Advice {
  return {
    code: 'DMARC_MISSING',
    severity: 'info',
    title: 'No DMARC record',
    detail: `Neither ${domain} nor a domain above it has one. The big receivers ask senders of much mail for it; with p=none it changes nothing about the mail that is delivered today.`,
    fix: inZone(
      zone,
      `add a TXT record with the host ${quoted(relativeTo(`_dmarc.${registrable}`, zone))} and the value ${quoted('v=DMARC1; p=none')}`,
    ),
  };
}

function several(name: string): Advice {
  return {
    code: 'DMARC_MULTIPLE',
    severity: 'warning',
    title: 'Several DMARC records',
    detail: `There are several DMARC records at ${name}, and with more than one receivers apply none (RFC 7489 §6.6.3).`,
    fix: `At ${name}, keep the one DMARC record that you mean and remove the others.`,
  };
}

function invalid(name: string, problem: string): Advice {
  return {
    code: 'DMARC_INVALID',
    severity: 'warning',
    title: 'The DMARC record is not valid',
    detail: `Receivers can’t read the record at ${name}: ${problem}.`,
    fix: `Change the value of the TXT record at ${name} so that it begins with ${quoted('v=DMARC1; p=none')}, or with the policy of your choice in the place of none.`,
  };
}
