import type { Advice } from '@letterhead/shared';
import { inZone, quoted } from '../diagnosis/sentences.ts';
import type { AdviceEvidence } from '../evidence.ts';
import { relativeTo } from '../misplaced-names.ts';
import type { AdvicePlace } from './advise.ts';
import { isAll, MAX_SPF_LOOKUPS, spfRecords, spfTerms } from './spf-record.ts';

/** From the one that lets the most through. */
const ALL_BY_LENIENCE = ['+all', '?all', '~all', '-all'];

/** Null: the DNS did not say. */
export function adviseOnSpf(place: AdvicePlace, { txt, lookups }: AdviceEvidence['spf']): Advice | null {
  if (txt.kind === 'unknown') return null;
  const records = spfRecords(txt);
  const [record] = records;
  if (record === undefined) return missing(place);
  if (records.length > 1) return several(place, records);
  if (lookups !== null && lookups > MAX_SPF_LOOKUPS) return tooManyLookups(place);
  if (spfTerms(record).some(isPassAll)) return passAll(place, record);
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

function several(place: AdvicePlace, records: readonly string[]): Advice {
  return {
    code: 'SPF_MULTIPLE',
    severity: 'warning',
    title: 'Several SPF records',
    detail: `${place.domain} has ${records.length} SPF records, and with more than one receivers treat SPF as broken (RFC 7208 §4.5). ${whatItMatters(place)}`,
    fix: inZone(
      place.registrable,
      `replace the ${records.length} TXT records that begin with v=spf1 at the host ${quoted(relativeTo(place.domain, place.registrable))} by one TXT record with the value ${quoted(mergedSpf(records))}`,
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

function passAll(place: AdvicePlace, record: string): Advice {
  const stricter = `v=spf1 ${spfTerms(record)
    .map((term) => (isPassAll(term) ? '~all' : term))
    .join(' ')}`;
  return {
    code: 'SPF_PASS_ALL',
    severity: 'info',
    title: 'The SPF record lets everyone pass',
    detail: `With +all, every server of the world may send for ${place.domain} as far as SPF goes. ~all lets unlisted servers through under suspicion, so that nothing that works breaks.`,
    fix: inZone(
      place.registrable,
      `change the value of the TXT record at the host ${quoted(relativeTo(place.domain, place.registrable))} from ${quoted(record)} to ${quoted(stricter)}`,
    ),
  };
}

function whatItMatters({ hasReturnPath }: AdvicePlace): string {
  return hasReturnPath
    ? 'For the mail sent through here it hardly matters: bounces go to an address of ours, which has its own SPF record, and the DKIM signature vouches for the domain.'
    : 'For the mail sent through here the DKIM signature vouches for the domain; SPF matters for what else sends under this name.';
}

function isPassAll(term: string): boolean {
  return /^\+?all$/i.test(term);
}

/** All that any of the records allows, and the most lenient end: what passed before still passes. */
function mergedSpf(records: readonly string[]): string {
  const terms = records.flatMap(spfTerms);
  const ends = terms.filter(isAll).map((term) => (isPassAll(term) ? '+all' : term.toLowerCase()));
  const end = ALL_BY_LENIENCE.find((all) => ends.includes(all));
  const rest = new Set(terms.filter((term) => !isAll(term)));
  return ['v=spf1', ...rest, ...(end === undefined ? [] : [end])].join(' ');
}
