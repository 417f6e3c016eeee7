import { type Advice, fixSentence, type Severity } from '@letterhead/shared';
import type { AdviceFinding, DmarcPolicy } from '../advice/advice-finding.ts';
import type { AdvicePlace } from '../advice/advice-place.ts';
import { MAX_SPF_LOOKUPS } from '../advice/spf-record.ts';
import { quoted, repeated } from './text.ts';

type AdviceWords = Pick<Advice, 'title' | 'detail'> & Partial<Pick<Advice, 'fix'>>;

const SEVERITIES: Record<Advice['code'], Severity> = {
  SPF_MISSING: 'info',
  SPF_MULTIPLE: 'warning',
  SPF_TOO_MANY_LOOKUPS: 'warning',
  SPF_PASS_ALL: 'info',
  SPF_OK: 'ok',
  DMARC_MISSING: 'info',
  DMARC_MULTIPLE: 'warning',
  DMARC_INVALID: 'warning',
  DMARC_POLICY: 'ok',
  MX_MISSING: 'warning',
};

/** Puts a piece of advice into words, in English. */
export function describeAdvice(finding: AdviceFinding, place: AdvicePlace): Advice {
  const { code, action } = finding;
  const { title, detail, fix = null } = wordsOf(finding, place);
  return {
    code,
    severity: SEVERITIES[code],
    title,
    detail,
    fix: action === null ? fix : fixSentence({ code, action }),
    action,
  };
}

function wordsOf(finding: AdviceFinding, place: AdvicePlace): AdviceWords {
  switch (finding.code) {
    case 'SPF_MISSING':
    case 'SPF_MULTIPLE':
    case 'SPF_TOO_MANY_LOOKUPS':
    case 'SPF_PASS_ALL':
    case 'SPF_OK':
      return aboutSpf(finding, place);
    case 'MX_MISSING':
      return aboutMx(finding, place);
    default:
      return aboutDmarc(finding, place);
  }
}

type FindingOf<Kind extends string> = Extract<AdviceFinding, { readonly code: `${Kind}_${string}` }>;

function aboutSpf(finding: FindingOf<'SPF'>, place: AdvicePlace): AdviceWords {
  const { domain } = place;
  switch (finding.code) {
    case 'SPF_MISSING':
      return { title: 'No SPF record', detail: `${domain} has none. ${whatItMatters(place)}` };
    case 'SPF_MULTIPLE':
      return {
        title: 'Several SPF records',
        detail: `${domain} has ${finding.count} SPF records, and with more than one receivers treat SPF as broken (RFC 7208 §4.5). ${whatItMatters(place)}`,
        fix: `In the DNS zone ${finding.zone}, keep the one TXT record that you mean of those that begin with v=spf1 at the host ${quoted(finding.host)}, and remove the others.`,
      };
    case 'SPF_TOO_MANY_LOOKUPS':
      return {
        title: 'The SPF record costs too many look-ups',
        detail: `Receivers stop after ${MAX_SPF_LOOKUPS} DNS look-ups and treat SPF as broken; the record of ${domain} leads to more. ${whatItMatters(place)}`,
        fix: `In the SPF record of ${domain}, remove each include of a service that no longer sends mail for you, until receivers need at most ${MAX_SPF_LOOKUPS} look-ups.`,
      };
    case 'SPF_PASS_ALL':
      return {
        title: 'The SPF record lets everyone pass',
        detail: `With +all, every server of the world may send for ${domain} as far as SPF goes. ~all lets unlisted servers through under suspicion, so that nothing that works breaks.`,
        fix: `In the DNS zone ${finding.zone}, write ~all in the place of +all in the TXT record that begins with v=spf1 at the host ${quoted(finding.host)}.`,
      };
    case 'SPF_OK': {
      const cost =
        finding.lookups === null
          ? ''
          : `, which costs receivers ${finding.lookups} of at most ${MAX_SPF_LOOKUPS} look-ups`;
      return { title: 'SPF is in order', detail: `${domain} has one SPF record${cost}.` };
    }
  }
}

function whatItMatters({ returnPath }: AdvicePlace): string {
  if (returnPath === 'verified') {
    return 'For the mail sent through here it hardly matters: bounces go to an address of ours, which has its own SPF record, and the DKIM signature vouches for the domain.';
  }
  return returnPath === 'not-verified'
    ? 'For the mail sent through here it hardly matters as soon as the Return-Path record is there: bounces then go to an address of ours, which has its own SPF record, and the DKIM signature vouches for the domain.'
    : 'For the mail sent through here the DKIM signature vouches for the domain; SPF matters for what else sends under this name.';
}

const POLICIES: Record<DmarcPolicy, string> = {
  none: 'receivers treat mail that fails as any other, and may report it',
  quarantine: 'receivers put mail that fails into the spam folder',
  reject: 'receivers refuse mail that fails',
};

function aboutDmarc(finding: FindingOf<'DMARC'>, { domain }: AdvicePlace): AdviceWords {
  switch (finding.code) {
    case 'DMARC_MISSING':
      return {
        title: 'No DMARC record',
        detail: `Neither ${domain} nor a domain above it has one. The big receivers ask senders of much mail for it; with p=none it changes nothing about the mail that is delivered today.`,
      };
    case 'DMARC_MULTIPLE':
      return {
        title: 'Several DMARC records',
        detail: `There are several DMARC records at ${finding.name}, and with more than one receivers apply none (RFC 7489 §6.6.3).`,
        fix: `At ${finding.name}, keep the one DMARC record that you mean and remove the others.`,
      };
    case 'DMARC_INVALID':
      return {
        title: 'The DMARC record is not valid',
        detail: `Receivers can’t read the record at ${finding.name}: ${repeated(finding.problem)}.`,
        fix: `Change the value of the TXT record at ${finding.name} so that it begins with ${quoted('v=DMARC1; p=none')}, or with the policy of your choice in the place of none.`,
      };
    case 'DMARC_POLICY':
      return {
        title: `DMARC: ${finding.policy}`,
        detail: `The record at ${finding.name} asks that ${POLICIES[finding.policy]}. Mail with our DKIM signature passes.`,
      };
  }
}

function aboutMx({ isNullMx }: FindingOf<'MX'>, { domain }: AdvicePlace): AdviceWords {
  return {
    title: 'Replies have nowhere to land',
    detail: isNullMx
      ? `${domain} says that it takes no mail (a null MX, RFC 7505): replies to its addresses are refused.`
      : `${domain} has no MX record: replies to its addresses are likely lost.`,
    fix: `Where replies to addresses of ${domain} should arrive, publish an MX record for ${domain} that names your mail server.`,
  };
}
