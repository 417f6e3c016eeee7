import { type Action, relativeHost } from '@letterhead/shared';
import type { AdviceEvidence } from '../evidence.ts';
import { isLegible, jsonBytes, totalOf } from '../truncate.ts';
import type { AdviceFinding, AdvicePlace, SpfPlace } from './advice-finding.ts';
import { MAX_SPF_LOOKUPS, MAX_VOID_LOOKUPS } from './spf-lookups.ts';
import {
  isAll,
  isPassAll,
  isWholeNetwork,
  passAllTerm,
  protocolOf,
  redirectTarget,
  spfRecords,
  spfTerms,
} from './spf-record.ts';

/** Most lenient first. */
const ALL_BY_LENIENCE = ['+all', '?all', '~all', '-all'];
/** An action whose values are longer is left to the person's own words: nobody could follow it. Bytes. */
const MAX_ACTION = 1500;

/** Null: the DNS did not say. */
export function adviseOnSpf(place: AdvicePlace, evidence: AdviceEvidence['spf']): AdviceFinding | null {
  const {
    txt,
    lookalike = null,
    lookups,
    voids = [],
    problem = null,
    passing: included = null,
    zone = place.registrable,
  } = evidence;
  if (txt.kind === 'unknown') return null;
  const records = spfRecords(txt);
  const [record] = records;
  const alias = txt.kind === 'present' ? txt.cname : null;
  const host = relativeHost(place.domain, zone);
  const where = { zone, host, alias };
  // No record is suggested: it would have to name everyone who sends for the domain, and we know only ourselves.
  if (record === undefined) return { code: 'SPF_MISSING', action: null, lookalike, ...where };
  if (records.length > 1) {
    const count = totalOf(txt);
    const action = count === records.length ? replace(where, records, mergedSpf(records)) : null;
    return { code: 'SPF_MULTIPLE', action, count, ...where };
  }
  if (problem !== null) return { code: 'SPF_INVALID', action: null, problem, ...where };
  if (lookups !== null && lookups > MAX_SPF_LOOKUPS)
    return { code: 'SPF_TOO_MANY_LOOKUPS', action: null, ...where };
  if (voids.length > MAX_VOID_LOOKUPS) return { code: 'SPF_VOID_LOOKUPS', action: null, voids, ...where };
  const passing = passAllTerm(record);
  if (passing !== undefined) {
    const action = replace(where, [record], withSoftFail(record));
    const protocol = protocolOf(passing);
    return { code: 'SPF_PASS_ALL', action, term: passing, protocol, included: null, ...where };
  }
  // What others let pass is theirs to put right: nothing is suggested that could break what works.
  if (included !== null) {
    const [term, protocol] = [included.through, protocolOf(included.term)];
    return { code: 'SPF_PASS_ALL', action: null, term, protocol, included, ...where };
  }
  return lookups === null
    ? { code: 'SPF_NOT_COUNTED', action: null }
    : { code: 'SPF_OK', action: null, lookups };
}

/** Null: the record lies at the end of an alias, is too long to type, or nobody can read it. */
function replace({ zone, host, alias }: SpfPlace, records: readonly string[], value: string): Action | null {
  const remove = [{ type: 'TXT', count: records.length, values: [...records] }];
  const action: Action = { kind: 'replace', zone, type: 'TXT', host, value, from_host: null, remove };
  const canBeTyped = jsonBytes(action) <= MAX_ACTION && records.every(isLegible);
  return alias === null && canBeTyped ? action : null;
}

/** The record with `~all` for all that it doesn't name: unlisted servers pass under suspicion, so that nothing breaks. */
function withSoftFail(record: string): string {
  const terms = spfTerms(record).filter((term) => !isWholeNetwork(term));
  const end = terms.findIndex(isAll);
  return ['v=spf1', ...(end === -1 ? [...terms, '~all'] : terms.with(end, '~all'))].join(' ');
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
