import { canonicalName, isQueryableName } from '../../dns/name.ts';
import type { Outcome, RecordType } from '../../dns/outcome.ts';
import { CHECK_LIMITS } from '../../limits.ts';
import { totalOf } from '../truncate.ts';
import { passAllTerm, spfRecords, spfTerms } from './spf-record.ts';
import { type AskingTerm, parseSpfTerm, type SpfTerm } from './spf-term.ts';

/** RFC 7208 §4.6.4: a receiver gives up after so many terms that make it ask the DNS. */
export const MAX_SPF_LOOKUPS = 10;
/** And after so many look-ups that find nothing. */
export const MAX_VOID_LOOKUPS = 2;
/** And over an `mx` that names more mail servers. */
const MAX_MAIL_SERVERS = 10;

/** A term of the SPF record of `domain`. */
export interface PlacedTerm {
  readonly term: string;
  readonly domain: string;
}

/** A term over which receivers give up on an SPF record. */
export interface SpfProblem extends PlacedTerm {
  /** `loop`: it leads back to the record of a domain that it was reached from. */
  readonly kind: 'syntax' | 'no-record' | 'multiple-records' | 'too-many-mail-servers' | 'loop';
}

/** A term of another domain's record by which every server passes, and the term of the record itself that leads there. */
export interface PassingInclude extends PlacedTerm {
  readonly through: string;
}

/** What evaluating an SPF record costs a receiver whose client no term matches, includes and redirects followed. */
export interface SpfCost {
  /** Null: not known, because the DNS did not answer for all it leads to, or that depends on the message. */
  readonly lookups: number | null;
  /** The terms whose look-up finds nothing, as far as that is known. */
  readonly voids: readonly PlacedTerm[];
  readonly problem: SpfProblem | null;
  readonly passing: PassingInclude | null;
}

type AskDns = (name: string, type: RecordType) => Promise<Outcome>;

/** An SPF record, and the domain that it is of. */
interface OwnedRecord {
  readonly domain: string;
  readonly record: string;
  /** Domains whose records led to it. */
  readonly above: readonly string[];
  /** The term of the first record by which whoever passes here passes there; null: none, or it is the first itself. */
  readonly through: string | null;
}

interface TermToAsk extends PlacedTerm {
  readonly parsed: AskingTerm;
  readonly of: OwnedRecord;
}

/** What one look-up comes to. `isVoid` is null where that is not known. */
interface Lookup {
  readonly isVoid: boolean | null;
  readonly next?: OwnedRecord;
  readonly problem?: SpfProblem;
}

const NOT_KNOWN: Lookup = { isVoid: null };
/** A name that depends on the message, or a question about the client's address: it is not asked. */
const NOT_ASKED: Lookup = { isVoid: false };

/** Counts what an SPF record costs; stops once receivers would. */
export async function countSpfLookups(domain: string, record: string, ask: AskDns): Promise<SpfCost> {
  let lookups = 0;
  const voids: PlacedTerm[] = [];
  let isComplete = true;
  let passing: PassingInclude | null = null;
  for (let level: OwnedRecord[] = [{ domain, record, above: [], through: null }]; level.length > 0; ) {
    if (level.some(isTooLong)) return { lookups: null, voids, problem: null, passing };
    const parsed = level.map(parseRecord);
    const invalid = parsed.find(({ problem }) => problem !== null);
    if (invalid !== undefined) return { lookups, voids, problem: invalid.problem, passing };
    passing ??= level.map(passingIn).find((one) => one !== null) ?? null;
    const asking = parsed.flatMap(({ terms }) => terms);
    lookups += asking.length;
    if (lookups > MAX_SPF_LOOKUPS) return { lookups, voids, problem: null, passing };
    const found = await Promise.all(asking.map((one) => lookUp(one, ask)));
    voids.push(...asking.filter((_, at) => found[at]?.isVoid === true).map(placeOf));
    const problem = found.find((one) => one.problem !== undefined)?.problem;
    if (problem !== undefined || voids.length > MAX_VOID_LOOKUPS)
      return { lookups, voids, problem: problem ?? null, passing };
    if (found.some(({ isVoid }) => isVoid === null)) isComplete = false;
    level = found.flatMap(({ next }) => next ?? []);
  }
  return { lookups: isComplete ? lookups : null, voids, problem: null, passing };
}

function passingIn({ domain, record, through }: OwnedRecord): PassingInclude | null {
  const term = through === null ? undefined : passAllTerm(record);
  return through === null || term === undefined ? null : { through, term, domain };
}

/** Bounds the work on a record that is made to be long. */
function isTooLong({ record }: OwnedRecord): boolean {
  return spfTerms(record).length > CHECK_LIMITS.spfTerms;
}

/** The terms that ask: what comes after an `all` is not evaluated, nor a `redirect` beside one (RFC 7208 §5.1, §6.1). */
function parseRecord(of: OwnedRecord): { terms: TermToAsk[]; problem: SpfProblem | null } {
  const { domain, record } = of;
  const texts = spfTerms(record);
  const terms = texts.map(parseSpfTerm);
  const kinds = terms.map(({ kind }) => kind);
  const wrong = kinds.findIndex((kind, at) => kind === 'invalid' || isRepeated(kinds, at));
  if (wrong !== -1) return { terms: [], problem: { kind: 'syntax', term: texts[wrong] ?? '', domain } };
  const end = kinds.indexOf('all');
  const asking = terms.flatMap((parsed, at) => {
    if (!('target' in parsed)) return [];
    const isEvaluated = end === -1 || (at < end && parsed.kind !== 'redirect');
    return isEvaluated ? [{ domain, term: texts[at] ?? '', parsed, of }] : [];
  });
  return { terms: asking, problem: null };
}

/** A record has each of these modifiers at most once (RFC 7208 §6). */
function isRepeated(kinds: readonly SpfTerm['kind'][], at: number): boolean {
  const kind = kinds[at];
  return (kind === 'redirect' || kind === 'exp') && kinds.indexOf(kind) < at;
}

function placeOf({ term, domain }: PlacedTerm): PlacedTerm {
  return { term, domain };
}

async function lookUp(term: TermToAsk, ask: AskDns): Promise<Lookup> {
  const { domain, parsed } = term;
  const target = parsed.target === null ? domain : targetOf(parsed.target, domain);
  if (parsed.kind === 'ptr') return NOT_ASKED;
  if (target === null) return parsed.kind === 'include' || parsed.kind === 'redirect' ? NOT_KNOWN : NOT_ASKED;
  switch (parsed.kind) {
    case 'include':
    case 'redirect':
      if ([...term.of.above, domain].includes(target))
        return { isVoid: false, problem: { ...placeOf(term), kind: 'loop' } };
      return recordAt(target, await ask(target, 'TXT'), term);
    case 'mx': {
      const outcome = await ask(target, 'MX');
      const isTooMany = totalOf(outcome) > MAX_MAIL_SERVERS;
      const problem: SpfProblem = { kind: 'too-many-mail-servers', ...placeOf(term) };
      return { isVoid: isVoid(outcome), ...(isTooMany ? { problem } : {}) };
    }
    case 'exists':
      return { isVoid: isVoid(await ask(target, 'A')) };
    case 'a':
      return { isVoid: await hasNoAddress(target, ask) };
  }
}

function recordAt(target: string, outcome: Outcome, by: TermToAsk): Lookup {
  const place = placeOf(by);
  if (outcome.kind === 'unknown') return NOT_KNOWN;
  const [record, another] = spfRecords(outcome);
  const found = { isVoid: isVoid(outcome) };
  if (record === undefined) return { ...found, problem: { ...place, kind: 'no-record' } };
  if (another !== undefined) return { ...found, problem: { ...place, kind: 'multiple-records' } };
  const above = [...by.of.above, by.domain];
  return { ...found, next: { domain: target, record, above, through: throughOf(by) } };
}

/** Only where it counts as a pass does a match of an include pass (RFC 7208 §5.2); a redirect takes the result over. */
function throughOf({ term, of }: TermToAsk): string | null {
  if (/^[-~?]/.test(term)) return null;
  return of.above.length === 0 ? term : of.through;
}

/** A receiver asks for the addresses of its client's family alone: void is a name that has none of either. */
async function hasNoAddress(name: string, ask: AskDns): Promise<boolean | null> {
  const outcome = await ask(name, 'A');
  if (isVoid(outcome) !== true || (outcome.kind === 'absent' && outcome.reason === 'nxdomain'))
    return isVoid(outcome);
  return isVoid(await ask(name, 'AAAA'));
}

/** RFC 7208 §4.6.4: an answer without records, or that there is no such name. */
function isVoid(outcome: Outcome): boolean | null {
  if (outcome.kind === 'unknown') return null;
  return outcome.kind === 'absent' || totalOf(outcome) === 0;
}

/** The name to ask for: `%{d}` is the domain itself. Null: it depends on the message, or cannot be asked for. */
function targetOf(spec: string, domain: string): string | null {
  const name = canonicalName(spec.replaceAll(/%\{d\}/gi, domain));
  return name.includes('%') || !isQueryableName(name) ? null : name;
}
