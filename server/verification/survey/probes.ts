import { registrableDomain } from '@letterhead/shared';
import type { Outcome, Present, RecordType } from '../../dns/outcome.ts';
import { randomLabel } from '../../random.ts';
import { dnsRecordOf, type ExpectedRecord } from '../../records/dns-records.ts';
import { answersOf, definitive } from '../answers.ts';
import type { ProbeFinding, RecordEvidence } from '../evidence.ts';
import { containsOurValue, relevanceTo } from '../match-value.ts';
import { truncateAnswer } from '../truncate.ts';
import { candidateHosts } from './candidate-hosts.ts';
import type { SurveyContext } from './survey-context.ts';

/** One answer found by a probe, and the zone that it lies in. */
interface Found {
  readonly zone: string | null;
  readonly outcome: Present;
}

type Ask = (name: string, type: RecordType) => Promise<readonly Found[]>;

const OTHER_TYPES: Record<ExpectedRecord['type'], readonly RecordType[]> = {
  TXT: ['A', 'AAAA', 'MX'],
  CNAME: ['A', 'AAAA', 'TXT', 'MX', 'NS'],
};

/** Asks for what stands at a record's name where some servers don't have the record. */
export async function probeOtherTypes(
  context: SurveyContext,
  record: ExpectedRecord,
  seen: RecordEvidence,
): Promise<ProbeFinding[]> {
  const ask = asker(context, record, seen, false);
  const types = hasOtherTypes(seen) ? OTHER_TYPES[record.type] : [];
  if (ask === null) return [];
  const found = await Promise.all([
    ...types.map((type) => probeOtherType(ask, record.fqdn, type)),
    ...siblings(ask, context, record, types),
  ]);
  return found.flat();
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
  const ask = asker(context, record, seen, isUnanimous(seen));
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
function asker(
  { check }: SurveyContext,
  record: ExpectedRecord,
  seen: RecordEvidence,
  oneIsEnough: boolean,
): Ask | null {
  switch (answersOf(seen).source) {
    case 'authority':
      return async (name, type) => {
        const survey = oneIsEnough ? check.askOneAuthority(name, type) : check.askAuthorities(name, type);
        const { zone, observations } = await survey;
        return observations.flatMap(({ outcome }) =>
          present(record, outcome).map((one) => ({ zone, outcome: one })),
        );
      };
    case 'resolver':
      return async (name, type) =>
        present(record, await check.askResolver(name, type)).map((outcome) => ({ zone: null, outcome }));
    case null:
      return null;
  }
}

function present(record: ExpectedRecord, outcome: Outcome | { kind: 'not-asked' }): Present[] {
  return outcome.kind === 'present' ? [truncateAnswer(outcome, (value) => relevanceTo(record, value))] : [];
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
    const found = (await ask(name, record.type)).map(({ zone, outcome }) => ({
      zone,
      outcome: { ...outcome, values: outcome.values.filter((value) => containsOurValue(record, value)) },
    }));
    const ours = found.find(({ outcome }) => outcome.values.length > 0);
    return ours === undefined ? [] : [toFinding(mistake, name, record.type, ours)];
  });
}

/** A name that nobody has published: what answers there is a wildcard. */
function siblings(
  ask: Ask,
  { row, random }: SurveyContext,
  record: ExpectedRecord,
  types: readonly RecordType[],
) {
  const sibling = dnsRecordOf(row, record.id, randomLabel(record.selector.length, random));
  if (sibling === undefined) return [];
  return [record.type, ...types].map((type) => probeSibling(ask, sibling.fqdn, type));
}

async function probeSibling(ask: Ask, name: string, type: RecordType): Promise<ProbeFinding[]> {
  const [found] = await ask(name, type);
  return found === undefined ? [] : [toFinding('sibling', name, type, found)];
}

/** A server that has an alias there has nothing else. */
async function probeOtherType(ask: Ask, name: string, type: RecordType): Promise<ProbeFinding[]> {
  const found = (await ask(name, type)).find(({ outcome }) => outcome.cname === null);
  return found === undefined ? [] : [toFinding('other-type', name, type, found)];
}

function toFinding(
  purpose: ProbeFinding['purpose'],
  name: string,
  type: RecordType,
  { zone, outcome }: Found,
): ProbeFinding {
  return { purpose, name, type, zone, values: outcome.values, cname: outcome.cname };
}
