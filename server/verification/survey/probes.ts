import { registrableDomain } from '@letterhead/shared';
import type { Observation, Present, RecordType } from '../../dns/outcome.ts';
import { randomLabel } from '../../random.ts';
import { dnsRecordOf, type ExpectedRecord } from '../../records/dns-records.ts';
import { answersOf, definitive } from '../answers.ts';
import type { ProbeFinding, RecordEvidence } from '../evidence.ts';
import { isCopyOfOurs, relevanceTo } from '../match-value.ts';
import { truncateAnswer } from '../truncate.ts';
import { candidateHosts } from './candidate-hosts.ts';
import { isInZoneItself } from './own-name.ts';
import type { SurveyContext } from './survey-context.ts';

/** One answer to a probe, and the zone that its name lies in. */
interface Heard {
  readonly zone: string | null;
  readonly outcome: Observation['outcome'];
}

interface Found extends Heard {
  readonly outcome: Present;
}

type Ask = (name: string, type: RecordType) => Promise<readonly Heard[]>;

const OTHER_TYPES: Record<ExpectedRecord['type'], readonly RecordType[]> = {
  TXT: ['A', 'AAAA', 'MX'],
  CNAME: ['A', 'AAAA', 'TXT', 'MX', 'CAA', 'NS'],
};

/** Asks for what stands at a record's name where some servers don't have the record. */
export async function probeOtherTypes(
  context: SurveyContext,
  record: ExpectedRecord,
  seen: RecordEvidence,
): Promise<ProbeFinding[]> {
  const ask = asker(context, seen, false);
  const types = hasOtherTypes(seen) ? OTHER_TYPES[record.type] : [];
  if (ask === null) return [];
  const [others, beside] = await Promise.all([
    Promise.all(types.map((type) => probeOtherType(ask, record, type))),
    probeWildcard(ask, context, record, [record.type, ...types]),
  ]);
  return [...others.flat(), ...beside];
}

/**
 * Finds out why a record is not correct: asks for the names where it may have landed, beside it for a wildcard, and at
 * its own name for other types. Asks whoever answered about the record itself.
 */
export async function probe(
  context: SurveyContext,
  record: ExpectedRecord,
  seen: RecordEvidence,
): Promise<ProbeFinding[]> {
  const ask = asker(context, seen, isUnanimous(seen));
  if (ask === null) return [];
  const found = await Promise.all([
    ...misplaced(ask, context, record, seen),
    probeOtherTypes(context, record, seen),
  ]);
  return found.flat();
}

/** Where all servers answer alike and both sides of the zone's delegation name them, one speaks for all. */
function isUnanimous(seen: RecordEvidence): boolean {
  return (
    answersOf(seen).answers.length === 1 && seen.observations.every(({ namedBy }) => namedBy === undefined)
  );
}

/** The servers where they answered; the resolver where it answered for them; nobody where nothing was heard. */
function asker({ check }: SurveyContext, seen: RecordEvidence, oneIsEnough: boolean): Ask | null {
  switch (answersOf(seen).source) {
    case 'authority':
      return async (name, type) => {
        const survey = oneIsEnough ? check.askOneAuthority(name, type) : check.askAuthorities(name, type);
        const { zone, observations } = await survey;
        return observations.map(({ outcome }) => ({ zone, outcome }));
      };
    case 'resolver':
      return async (name, type) => [{ zone: null, outcome: await check.askResolver(name, type) }];
    case null:
      return null;
  }
}

function foundIn(heard: readonly Heard[], record: ExpectedRecord): Found[] {
  return heard.flatMap(({ zone, outcome }) =>
    outcome.kind === 'present'
      ? [{ zone, outcome: truncateAnswer(outcome, (value) => relevanceTo(record, value)) }]
      : [],
  );
}

/** NXDOMAIN rules out every type; NODATA does not. */
function hasOtherTypes(seen: RecordEvidence): boolean {
  const outcomes = [...seen.observations.map(({ outcome }) => outcome), seen.resolver];
  return outcomes.flatMap(definitive).some((one) => one.kind === 'absent' && one.reason === 'nodata');
}

function misplaced(ask: Ask, { row }: SurveyContext, record: ExpectedRecord, seen: RecordEvidence) {
  const names = candidateHosts({
    fqdn: record.fqdn,
    registrable: registrableDomain(row),
    subdomain: row.subdomain,
    selector: record.selector,
    zone: seen.zone,
  });
  return names.map(async ({ name, mistake }) => {
    const found = foundIn(await ask(name, record.type), record).map(({ zone, outcome }) => ({
      zone,
      outcome: { ...outcome, values: outcome.values.filter((value) => isCopyOfOurs(record, value)) },
    }));
    const ours = found.find(({ outcome }) => outcome.values.length > 0);
    return ours === undefined ? [] : [toFinding(mistake, name, record.type, ours)];
  });
}

/**
 * What a wildcard gives to a name that nobody has published, unless the record's own name is there: then nothing at it
 * is the wildcard's, even if it is the same.
 */
async function probeWildcard(
  ask: Ask,
  { row, random }: SurveyContext,
  record: ExpectedRecord,
  types: readonly RecordType[],
): Promise<ProbeFinding[]> {
  const sibling = dnsRecordOf(row, record.id, randomLabel(record.selector.length, random));
  if (sibling === undefined) return [];
  const found = await Promise.all(types.map((type) => probeSibling(ask, sibling, type)));
  const [first] = found.flat();
  if (first === undefined) return [];
  const askFor = async (name: string) => (await ask(name, first.type)).map(({ outcome }) => outcome);
  const isOwn = await isInZoneItself(record.fqdn, sibling.fqdn, random, askFor);
  return isOwn ? [] : found.flat();
}

async function probeSibling(ask: Ask, sibling: ExpectedRecord, type: RecordType): Promise<ProbeFinding[]> {
  const [found] = foundIn(await ask(sibling.fqdn, type), sibling);
  return found === undefined ? [] : [toFinding('sibling', sibling.fqdn, type, found)];
}

/** A server that has an alias there has nothing else. */
async function probeOtherType(ask: Ask, record: ExpectedRecord, type: RecordType): Promise<ProbeFinding[]> {
  const answers = foundIn(await ask(record.fqdn, type), record);
  const found = answers.find(({ outcome }) => outcome.cname === null);
  return found === undefined ? [] : [toFinding('other-type', record.fqdn, type, found)];
}

function toFinding(
  purpose: ProbeFinding['purpose'],
  name: string,
  type: RecordType,
  { zone, outcome }: Found,
): ProbeFinding {
  return { purpose, name, type, zone, values: outcome.values, cname: outcome.cname };
}
