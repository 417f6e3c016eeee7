import { registrableDomain } from '@letterhead/shared';
import { isWithin, parentOf } from '../../dns/name.ts';
import type { Delegation, DnsCheck, Observation, Outcome, Survey } from '../../dns/outcome.ts';
import { toInstant } from '../../instant.ts';
import { type ExpectedRecord, KEY_TTL, type NameRecord } from '../../records/dns-records.ts';
import { isTooLong } from '../../records/record-names.ts';
import { answersOf, definitive, isAlias, isToldOf } from '../answers.ts';
import { findCode } from '../diagnosis/codes.ts';
import { isCorrect, toRuleInput } from '../diagnosis/rule-input.ts';
import type { FollowedAlias, RecordEvidence } from '../evidence.ts';
import { matches, relevanceTo } from '../match-value.ts';
import { type Relevance, truncateAnswer, truncateObservations } from '../truncate.ts';
import { openAuthorityCheck } from './authority.ts';
import { probe, probeOtherTypes } from './probes.ts';
import type { SurveyContext } from './survey-context.ts';
import { findZoneCut } from './zone-cut.ts';

/** An alias of an alias is followed so far by ourselves: no resolver that is in wide use follows more. */
const MAX_ALIASES = 16;

/** What was said about a record itself. */
export interface SeenRecord {
  readonly record: ExpectedRecord;
  /** Null: its name is too long to be asked for. */
  readonly survey: Survey | null;
  readonly evidence: RecordEvidence;
  /** Whether it is as it should be, by what was said at its own name. */
  readonly right: boolean;
}

/**
 * Looks at one record: first-hand, then through the resolver where that adds something, and at the end of the alias
 * that it may be. Never throws for what DNS does.
 */
export async function surveyRecord(context: SurveyContext, record: ExpectedRecord): Promise<SeenRecord> {
  if (isTooLong(record.fqdn))
    return { record, survey: null, evidence: nothingAsked(context, record), right: false };
  const survey = await context.check.askAuthorities(record.fqdn, record.type);
  const resolver = await askResolver(context, record, survey);
  const seen: RecordEvidence = {
    ...nothingAsked(context, record),
    zone: survey.zone,
    observations: truncateObservations(survey.observations, isRelevantTo(record)),
    ...(survey.cut === undefined ? {} : { cut: survey.cut }),
    resolver,
  };
  const right = isCorrect({ record, answers: answersOf(seen).answers });
  // Signing moves to a pending key only by what those say who are responsible for its record.
  const isEnough = right && !(record.kind === 'dkim' && record.keyState === 'pending');
  const untold = aliasesOf(record, survey).filter((target) => !isEnough || !isToldOf(target, seen));
  const aliases = await followAliases(context, record, untold);
  const target = right && record.kind === 'cname' ? { target: await surveyTarget(context, record) } : {};
  return { record, survey, evidence: { ...seen, ...aliases, ...target }, right };
}

/**
 * Looks for why a record is not right, in the places where it may have landed, and for the zone whose form it belongs
 * into. Marks the evidence where the check's budget did not reach so far. Never throws for what DNS does.
 */
export async function explain(
  context: SurveyContext,
  { record, survey, evidence, right }: SeenRecord,
): Promise<RecordEvidence> {
  if (survey === null || (right && !needsFix(context, record, evidence))) return evidence;
  const found = { ...evidence, zone: await findZoneOfForm(context.check, record, survey) };
  const findings = await (right ? probeOtherTypes : probe)(context, record, found);
  const ended = context.options.budget.records.isExhausted;
  return { ...found, findings, ...(ended ? { budgetEnded: true } : {}) };
}

/**
 * A CNAME record cannot stand at a zone's own name: instead of the zone, it belongs into the one above. Where the zone's
 * servers say nothing, it is they that have to be mended first.
 */
async function findZoneOfForm(
  check: DnsCheck,
  { fqdn, type }: ExpectedRecord,
  survey: Survey,
): Promise<string | null> {
  const isHeard = survey.observations.some(({ outcome }) => definitive(outcome).length > 0);
  const isZone = type === 'CNAME' && survey.zone === fqdn && isHeard;
  return findZoneCut(check, fqdn, isZone ? await check.askAuthorities(parentOf(fqdn), 'SOA') : survey);
}

function nothingAsked({ clock, delegation }: SurveyContext, { fqdn, type }: ExpectedRecord): RecordEvidence {
  return {
    fqdn,
    type,
    observed_at: toInstant(clock()),
    delegation,
    zone: null,
    observations: [],
    resolver: null,
    alias: null,
    findings: [],
  };
}

/** Keeps a value that is ours, whole or mangled, before all others at the name: it decides. */
function isRelevantTo(record: ExpectedRecord): Relevance {
  return (value) => relevanceTo(record, value);
}

/** Some records that are right leave something to do, and who does it has to know in which zone's form. */
function needsFix({ row }: SurveyContext, record: ExpectedRecord, seen: RecordEvidence): boolean {
  return findCode(toRuleInput(record, registrableDomain(row), seen)).action !== null;
}

/**
 * The resolver is asked where the servers gave nothing definitive, where there is an alias to follow, and where
 * the record is there: it may still remember that it was not. Never where the servers say that it is absent, or where
 * the domain itself does not exist: that would plant the negative answer that the next check stumbles over.
 */
async function askResolver(
  context: SurveyContext,
  record: ExpectedRecord,
  { observations }: Survey,
): Promise<Outcome | null> {
  const heard = observations.flatMap(({ outcome }) => definitive(outcome));
  const worthAsking =
    (heard.length === 0 && context.delegation.kind !== 'no-such-domain') ||
    heard.some(
      (outcome) =>
        isAlias(record.type, outcome) || (outcome.kind === 'present' && matches(record, outcome.values)),
    );
  return worthAsking
    ? truncateAnswer(await context.check.askResolver(record.fqdn, record.type), isRelevantTo(record))
    : null;
}

/** Follows the aliases that the servers have, which may disagree. The one that leads to our record goes first. */
async function followAliases(
  context: SurveyContext,
  record: ExpectedRecord,
  targets: readonly string[],
): Promise<Pick<RecordEvidence, 'alias' | 'otherAliases'>> {
  const followed = await Promise.all(targets.map((target) => followAlias(context, record, target)));
  const alias = followed.find(({ observations }) => hasOurs(record, observations)) ?? followed[0] ?? null;
  const otherAliases = followed.filter((one) => one !== alias);
  return { alias, ...(otherAliases.length === 0 ? {} : { otherAliases }) };
}

/**
 * What the servers at the end of an alias say themselves. A loop has no end: resolvers answer SERVFAIL to it, but
 * the servers have told of every step.
 */
async function followAlias(
  context: SurveyContext,
  record: ExpectedRecord,
  from: string,
): Promise<FollowedAlias> {
  let target = from;
  const passed = new Set([record.fqdn]);
  for (let hops = 1; ; hops++) {
    if (passed.has(target)) return { from, target, observations: [], circular: true };
    passed.add(target);
    const check = await openAliasCheck(context, target);
    const end = await check.askAuthorities(target, record.type);
    const [next = null] = aliasesOf(record, end);
    if (next === null || hops === MAX_ALIASES) {
      const observations = truncateObservations(end.observations, isRelevantTo(record));
      const place = { from, target, ...(end.zone === null ? {} : { zone: end.zone }) };
      return { ...place, observations, ...(next === null ? {} : { endless: true }) };
    }
    target = next;
  }
}

/** Asks all servers of the key zone for what is at the name that a CNAME record of a key leads to. */
async function surveyTarget(
  { dns, options }: SurveyContext,
  { value, zone }: NameRecord,
): Promise<NonNullable<RecordEvidence['target']>> {
  const { check } = await openAuthorityCheck(dns, zone, options);
  const { observations } = await check.askAuthorities(value, 'TXT');
  const soa = await check.askOneAuthority(zone, 'SOA');
  return { observations: truncateObservations(observations, () => 0), cachedFor: cacheTime(soa) };
}

/** The longer of the TTL of our records and the zone's negative TTL (RFC 2308 §5); null where no server tells that. */
function cacheTime({ observations }: Survey): number | null {
  const minima = observations.flatMap(({ outcome }) =>
    outcome.kind === 'present' ? outcome.values.map((value) => Number(value.split(' ').at(-1))) : [],
  );
  return minima.length === 0 ? null : Math.max(KEY_TTL, ...minima);
}

/**
 * The servers of an alias's target, by the word of both sides of its zone. In our own zone they are known. Elsewhere the
 * resolver knows them, but for a target that it fails over, as it does over a loop: the name above tells them as well.
 */
async function openAliasCheck(
  { check, delegation, dns, options }: SurveyContext,
  target: string,
): Promise<DnsCheck> {
  if (delegation.kind === 'found' && isWithin(target, delegation.zone)) return check;
  const own = await openAuthorityCheck(dns, target, options);
  const apex = apexFor(target, own.delegation);
  return apex === target ? own.check : (await openAuthorityCheck(dns, apex, options)).check;
}

function apexFor(target: string, delegation: Delegation): string {
  if (delegation.kind === 'found') return delegation.zone;
  return delegation.kind === 'unknown' && parentOf(target) !== '.' ? parentOf(target) : target;
}

function hasOurs(record: ExpectedRecord, observations: readonly Observation[]): boolean {
  return observations.some(({ outcome }) => outcome.kind === 'present' && matches(record, outcome.values));
}

/** The targets of an alias, each once: servers may disagree. */
function aliasesOf({ type }: ExpectedRecord, { observations }: Survey): string[] {
  return [...new Set(observations.flatMap(({ outcome }) => (isAlias(type, outcome) ? [outcome.cname] : [])))];
}
