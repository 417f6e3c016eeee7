import type { AdviceFinding, AdvicePlace, SpfPlace } from '../advice/advice-finding.ts';
import {
  MAX_SPF_LOOKUPS,
  MAX_VOID_LOOKUPS,
  type PlacedTerm,
  type SpfProblem,
} from '../advice/spf-lookups.ts';
import type { WordsBesideAction } from './subject.ts';
import { list, placeOf, quoted, repeated } from './text.ts';

type SpfFinding = Extract<AdviceFinding, { readonly code: `SPF_${string}` }>;
type PassingFinding = Extract<SpfFinding, { readonly code: 'SPF_PASS_ALL' }>;

/** Puts advice on SPF into words. */
export function describeSpf(finding: SpfFinding, place: AdvicePlace): WordsBesideAction {
  const { domain } = place;
  switch (finding.code) {
    case 'SPF_MISSING':
      return describeMissing(finding, place);
    case 'SPF_MULTIPLE':
      return {
        title: 'More than one SPF record',
        detail: `${domain} has ${finding.count} SPF records. With more than one, receivers treat SPF as broken (RFC 7208 §4.5). ${whatItMatters(place)}`,
        fix: `${whereItIs(finding, domain)}, keep one of the TXT records that begin with v=spf1, and remove the others.`,
      };
    case 'SPF_INVALID':
      return {
        title: 'The SPF record isn’t valid',
        detail: `${problemOf(finding.problem)}. ${whatItMatters(place)}`,
        fix: fixOf(finding.problem, recordOf(finding, domain), domain),
      };
    case 'SPF_TOO_MANY_LOOKUPS':
      return {
        title: 'The SPF record needs too many look-ups',
        detail: `The SPF record of ${domain} needs more than ${MAX_SPF_LOOKUPS} DNS look-ups. Receivers stop there and treat SPF as broken (RFC 7208 §4.6.4). ${whatItMatters(place)}`,
        fix: `In ${recordOf(finding, domain)}, remove the include of each service that no longer sends mail for you, until at most ${MAX_SPF_LOOKUPS} look-ups are left.`,
      };
    case 'SPF_VOID_LOOKUPS':
      return {
        title: 'The SPF record names hosts that don’t exist',
        detail: `More than ${MAX_VOID_LOOKUPS} of the look-ups for the SPF record of ${domain} find nothing, so receivers treat SPF as broken (RFC 7208 §4.6.4). ${whatItMatters(place)}`,
        fix: removeVoids(finding.voids, recordOf(finding, domain), domain),
      };
    case 'SPF_PASS_ALL':
      if (finding.included !== null) return describeIncluded(finding, finding.included, domain);
      return {
        title: passTitle(finding),
        detail: `With ${quoted(repeated(finding.term))}, ${whoPasses(finding)} may send mail as ${domain}. With ~all instead, mail from servers that aren’t listed only becomes suspicious, so nothing that works today breaks.`,
        fix: `${whereItIs(finding, domain)}, remove ${quoted(repeated(finding.term))} from the TXT record that begins with v=spf1, and have it end with ~all.`,
      };
    case 'SPF_NOT_COUNTED':
      return {
        title: 'SPF was only partly checked',
        detail: `${domain} has one SPF record. We couldn’t count whether it needs more than the ${MAX_SPF_LOOKUPS} look-ups that receivers allow: it leads to names that gave no answer in this check, or that depend on the message.`,
      };
    case 'SPF_OK':
      return {
        title: 'SPF is fine',
        detail: `${domain} has one SPF record. It needs ${finding.lookups} of the ${MAX_SPF_LOOKUPS} look-ups that receivers allow.`,
      };
  }
}

function whereItIs({ zone, host, alias }: SpfPlace, domain: string): string {
  return alias === null
    ? `In the DNS settings of ${zone}, at the host ${quoted(host)}`
    : `At ${placeOf(domain, alias)}`;
}

function recordOf({ alias }: SpfPlace, domain: string): string {
  return alias === null ? `the SPF record of ${domain}` : `the SPF record at ${placeOf(domain, alias)}`;
}

function passTitle({ protocol }: PassingFinding): string {
  return `The SPF record lets everyone pass${protocol === null ? '' : ` over ${protocol}`}`;
}

function whoPasses({ protocol }: PassingFinding): string {
  return protocol === null
    ? 'every server in the world'
    : `every server in the world that sends over ${protocol}`;
}

function describeIncluded(finding: PassingFinding, included: PlacedTerm, domain: string): WordsBesideAction {
  const term = quoted(repeated(included.term));
  return {
    title: passTitle(finding),
    detail: `With ${quoted(repeated(finding.term))}, ${whoPasses(finding)} may send mail as ${domain}: it leads to the SPF record of ${included.domain}, which contains ${term}.`,
    fix: `Ask whoever runs ${included.domain} to list its servers in its SPF record instead of ${term}.`,
  };
}

function describeMissing(
  { lookalike, alias }: Extract<SpfFinding, { readonly code: 'SPF_MISSING' }>,
  place: AdvicePlace,
): WordsBesideAction {
  const { domain } = place;
  const title = 'No SPF record';
  if (lookalike === null) return { title, detail: `${domain} has no SPF record. ${whatItMatters(place)}` };
  return {
    title,
    detail: `${domain} has no SPF record that receivers can find: they ignore ${quoted(repeated(lookalike))}, because it doesn’t begin with ${quoted('v=spf1 ')}. ${whatItMatters(place)}`,
    fix: `At ${placeOf(domain, alias)}, change the value of that TXT record so that it begins with v=spf1 and a space, with nothing before it, not even a quotation mark.`,
  };
}

function whatItMatters({ returnPath }: AdvicePlace): string {
  switch (returnPath) {
    case 'verified':
      return 'Mail sent from this help desk doesn’t need SPF: bounces use our address, which has its own, and DKIM covers your domain.';
    case 'not-verified':
      return 'Mail sent from this help desk doesn’t need SPF once the Return-Path record is there: bounces then use our address, which has its own, and DKIM covers your domain.';
    case 'none':
      return 'DKIM covers the mail sent from this help desk; SPF matters for all other mail from your domain.';
  }
}

function problemOf({ kind, term, domain }: SpfProblem): string {
  const what = `${quoted(repeated(term))} in the SPF record of ${domain}`;
  const thereBroken = `Receivers that get as far as ${what} treat SPF as broken`;
  switch (kind) {
    case 'syntax':
      return `Receivers can’t read ${what}, so they treat SPF as broken (RFC 7208 §4.6)`;
    case 'no-record':
      return `${thereBroken}: it leads to a domain without an SPF record (RFC 7208 §5.2)`;
    case 'multiple-records':
      return `${thereBroken}: it leads to a domain with several SPF records (RFC 7208 §4.5)`;
    case 'loop':
      return `${thereBroken}: it leads back to where it came from, and so in a circle (RFC 7208 §4.6.4)`;
    case 'too-many-mail-servers':
      return `${thereBroken}: it covers more than ten mail servers (RFC 7208 §4.6.4)`;
  }
}

function removeVoids(voids: readonly PlacedTerm[], record: string, own: string): string {
  const terms = voids.filter(({ domain }) => domain === own).map(({ term }) => quoted(repeated(term)));
  const others = voids.map(({ domain }) => domain).filter((domain) => domain !== own);
  const what =
    terms.length > 0 ? list([...new Set(terms)]) : `the terms that lead to ${list([...new Set(others)])}`;
  return `In ${record}, remove ${what}, or put the missing hosts back into the DNS.`;
}

function fixOf({ kind, term, domain }: SpfProblem, record: string, own: string): string {
  const text = quoted(repeated(term));
  if (domain !== own) {
    return `In ${record}, remove the term that leads to ${domain}, or ask whoever runs ${domain} to correct ${text}.`;
  }
  return kind === 'syntax' ? `In ${record}, correct ${text} or remove it.` : `In ${record}, remove ${text}.`;
}
