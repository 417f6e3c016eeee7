import type { AdviceFinding } from '../advice/advice-finding.ts';
import type { AdvicePlace } from '../advice/advice-place.ts';
import {
  MAX_SPF_LOOKUPS,
  MAX_VOID_LOOKUPS,
  type PlacedTerm,
  type SpfProblem,
} from '../advice/spf-lookups.ts';
import type { AdviceWords } from './advice-words.ts';
import { list, quoted, repeated } from './text.ts';

type SpfFinding = Extract<AdviceFinding, { readonly code: `SPF_${string}` }>;

/** Puts advice on SPF into words. */
export function describeSpf(finding: SpfFinding, place: AdvicePlace): AdviceWords {
  const { domain } = place;
  switch (finding.code) {
    case 'SPF_MISSING':
      return { title: 'No SPF record', detail: `${domain} has no SPF record. ${whatItMatters(place)}` };
    case 'SPF_MULTIPLE':
      return {
        title: 'Several SPF records',
        detail: `${domain} has ${finding.count} SPF records, and with more than one receivers treat SPF as broken (RFC 7208 §4.5). ${whatItMatters(place)}`,
        fix: `In the DNS zone ${finding.zone}, keep the one TXT record that you want of those that begin with v=spf1 at the host ${quoted(finding.host)}, and remove the others.`,
      };
    case 'SPF_INVALID':
      return {
        title: 'The SPF record is not valid',
        detail: `${problemOf(finding.problem)}. ${whatItMatters(place)}`,
        fix: fixOf(finding.problem, domain),
      };
    case 'SPF_TOO_MANY_LOOKUPS':
      return {
        title: 'The SPF record needs too many look-ups',
        detail: `Receivers stop after ${MAX_SPF_LOOKUPS} DNS look-ups and treat SPF as broken (RFC 7208 §4.6.4); the record of ${domain} needs more. ${whatItMatters(place)}`,
        fix: `In the SPF record of ${domain}, remove each include of a service that no longer sends mail for you, until receivers need at most ${MAX_SPF_LOOKUPS} look-ups.`,
      };
    case 'SPF_VOID_LOOKUPS':
      return {
        title: 'The SPF record names hosts that do not exist',
        detail: `Receivers treat SPF as broken when more than ${MAX_VOID_LOOKUPS} look-ups find nothing (RFC 7208 §4.6.4), as they do with the record of ${domain}. ${whatItMatters(place)}`,
        fix: removeVoids(finding.voids, domain),
      };
    case 'SPF_PASS_ALL':
      return {
        title: 'The SPF record lets everyone pass',
        detail: `With +all, SPF lets every server in the world send as ${domain}. With ~all, servers that are not listed still get through, under suspicion, so nothing that works breaks.`,
        fix: `In the DNS zone ${finding.zone}, change +all to ~all in the TXT record that begins with v=spf1 at the host ${quoted(finding.host)}.`,
      };
    case 'SPF_NOT_COUNTED':
      return {
        title: 'SPF was not checked to the end',
        detail: `${domain} has one SPF record. Whether receivers need more than ${MAX_SPF_LOOKUPS} look-ups for it is not known: it leads to names that were not answered for in this check, or that depend on the message.`,
      };
    case 'SPF_OK':
      return {
        title: 'SPF is in order',
        detail: `${domain} has one SPF record. Receivers need ${finding.lookups} of at most ${MAX_SPF_LOOKUPS} look-ups for it.`,
      };
  }
}

function whatItMatters({ returnPath }: AdvicePlace): string {
  switch (returnPath) {
    case 'verified':
      return 'Mail sent from this help desk doesn’t need it: bounces use our address, which has its own, and DKIM covers your domain.';
    case 'not-verified':
      return 'Mail sent from this help desk doesn’t need it once the Return-Path record is there: bounces then use our address, which has its own, and DKIM covers your domain.';
    case 'none':
      return 'DKIM covers the mail sent from this help desk; SPF matters for whatever else sends as your domain.';
  }
}

function problemOf({ kind, term, domain }: SpfProblem): string {
  const what = `${quoted(repeated(term))} in the record of ${domain}`;
  const thereBroken = `Receivers that get as far as ${what} treat SPF as broken`;
  switch (kind) {
    case 'syntax':
      return `Receivers cannot read ${what} and treat SPF as broken (RFC 7208 §4.6)`;
    case 'no-record':
      return `${thereBroken}: it leads to a domain without an SPF record (RFC 7208 §5.2)`;
    case 'multiple-records':
      return `${thereBroken}: it leads to a domain with several SPF records (RFC 7208 §4.5)`;
    case 'too-many-mail-servers':
      return `${thereBroken}: it stands for more than ten mail servers (RFC 7208 §4.6.4)`;
  }
}

function removeVoids(voids: readonly PlacedTerm[], own: string): string {
  const terms = voids.filter(({ domain }) => domain === own).map(({ term }) => quoted(repeated(term)));
  const others = voids.map(({ domain }) => domain).filter((domain) => domain !== own);
  const what = terms.length > 0 ? list([...new Set(terms)]) : `what leads to ${list([...new Set(others)])}`;
  return `In the SPF record of ${own}, remove ${what}, unless it is put back into the DNS.`;
}

function fixOf({ kind, term, domain }: SpfProblem, own: string): string {
  const text = quoted(repeated(term));
  if (domain !== own) {
    return `In the SPF record of ${own}, remove what leads to ${domain}, or ask whoever runs ${domain} to correct ${text}.`;
  }
  return kind === 'syntax'
    ? `In the SPF record of ${own}, correct ${text} or remove it.`
    : `In the SPF record of ${own}, remove ${text}.`;
}
