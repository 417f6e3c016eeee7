import type { Advice } from '@letterhead/shared';
import { inZone, isTooLongToFollow, quoted } from '../diagnosis/words.ts';
import type { AdviceEvidence } from '../evidence.ts';
import { relativeTo } from '../survey/candidate-hosts.ts';
import { totalOf } from '../truncate.ts';
import type { AdvicePlace } from './advice-place.ts';
import { isAll, isPassAll, MAX_SPF_LOOKUPS, redirectTarget, spfRecords, spfTerms } from './spf-record.ts';

/** From the one that lets the most through. */
const ALL_BY_LENIENCE = ['+all', '?all', '~all', '-all'];

/** Null: the DNS did not say. */
export function adviseOnSpf(place: AdvicePlace, evidence: AdviceEvidence['spf']): Advice | null {
  const { txt, lookups, zone = place.registrable } = evidence;
  if (txt.kind === 'unknown') return null;
  const records = spfRecords(txt);
  const [record] = records;
  if (record === undefined) return missing(place);
  if (records.length > 1) return several(place, zone, records, totalOf(txt));
  if (lookups !== null && lookups > MAX_SPF_LOOKUPS) return tooManyLookups(place);
  if (spfTerms(record).some(isPassAll)) return passAll(place, zone, record);
  return {
    code: 'SPF_OK',
    severity: 'ok',
    title: 'SPF is in order',
    detail: `${place.domain} has one SPF record${lookups === null ? '' : `, which costs receivers ${lookups} of at most ${MAX_SPF_LOOKUPS} look-ups`}.`,
    fix: null,
  };
}

/** No record is suggested: it would have to name everyone who sends for the domain, and we know only ourselves. */
function missing(place: AdvicePlace): Advice {
  return {
    code: 'SPF_MISSING',
    severity: 'info',
    title: 'No SPF record',
    detail: `${place.domain} has none. ${whatItMatters(place)}`,
    fix: null,
  };
}

/** `count`: of all the records; `records` are those of them that were kept. */
function several(place: AdvicePlace, zone: string, records: readonly string[], count: number): Advice {
  const value = count === records.length ? quoted(mergedSpf(records)) : null;
  const host = quoted(relativeTo(place.domain, zone));
  return {
    code: 'SPF_MULTIPLE',
    severity: 'warning',
    title: 'Several SPF records',
    detail: `${place.domain} has ${count} SPF records, and with more than one receivers treat SPF as broken (RFC 7208 §4.5). ${whatItMatters(place)}`,
    fix: firstToFollow(
      value &&
        inZone(
          zone,
          `replace the ${count} TXT records that begin with v=spf1 at the host ${host} by one TXT record with the value ${value}`,
        ),
      inZone(
        zone,
        `keep the one TXT record that you mean of those that begin with v=spf1 at the host ${host}, and remove the others`,
      ),
    ),
  };
}

function tooManyLookups(place: AdvicePlace): Advice {
  return {
    code: 'SPF_TOO_MANY_LOOKUPS',
    severity: 'warning',
    title: 'The SPF record costs too many look-ups',
    detail: `Receivers stop after ${MAX_SPF_LOOKUPS} DNS look-ups and treat SPF as broken; the record of ${place.domain} leads to more. ${whatItMatters(place)}`,
    fix: `In the SPF record of ${place.domain}, remove each include of a service that no longer sends mail for you, until receivers need at most ${MAX_SPF_LOOKUPS} look-ups.`,
  };
}

function passAll(place: AdvicePlace, zone: string, record: string): Advice {
  const stricter = `v=spf1 ${spfTerms(record)
    .map((term) => (isPassAll(term) ? '~all' : term))
    .join(' ')}`;
  const host = quoted(relativeTo(place.domain, zone));
  return {
    code: 'SPF_PASS_ALL',
    severity: 'info',
    title: 'The SPF record lets everyone pass',
    detail: `With +all, every server of the world may send for ${place.domain} as far as SPF goes. ~all lets unlisted servers through under suspicion, so that nothing that works breaks.`,
    fix: firstToFollow(
      inZone(
        zone,
        `change the value of the TXT record at the host ${host} from ${quoted(record)} to ${quoted(stricter)}`,
      ),
      inZone(
        zone,
        `write ~all in the place of +all in the TXT record that begins with v=spf1 at the host ${host}`,
      ),
    ),
  };
}

/** The sentence with the exact value, unless it has become too long to follow. */
function firstToFollow(exact: string | null, inWords: string): string {
  return exact === null || isTooLongToFollow(exact) ? inWords : exact;
}

function whatItMatters({ returnPath }: AdvicePlace): string {
  if (returnPath === 'verified') {
    return 'For the mail sent through here it hardly matters: bounces go to an address of ours, which has its own SPF record, and the DKIM signature vouches for the domain.';
  }
  return returnPath === 'not-verified'
    ? 'For the mail sent through here it hardly matters as soon as the Return-Path record is there: bounces then go to an address of ours, which has its own SPF record, and the DKIM signature vouches for the domain.'
    : 'For the mail sent through here the DKIM signature vouches for the domain; SPF matters for what else sends under this name.';
}

/** All that any of the records allows, and the most lenient end: what passed before still passes. */
function mergedSpf(records: readonly string[]): string {
  const terms = records.flatMap(mergeableTerms);
  const ends = terms.filter(isAll).map((term) => (isPassAll(term) ? '+all' : term.toLowerCase()));
  const end = ALL_BY_LENIENCE.find((all) => ends.includes(all));
  const rest = new Set(terms.filter((term) => !isAll(term)));
  return ['v=spf1', ...rest, ...(end === undefined ? [] : [end])].join(' ');
}

/** A redirect means nothing beside an `all`; beside the terms of another record it would, too (RFC 7208 §6.1). */
function mergeableTerms(record: string): string[] {
  const terms = spfTerms(record);
  const ends = terms.some(isAll);
  return terms.flatMap((term) => {
    const target = redirectTarget(term);
    if (target === null) return [term];
    return ends ? [] : [`include:${target}`];
  });
}
