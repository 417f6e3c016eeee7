import { registrableDomain } from '@letterhead/shared';
import { isQueryableName, parentOf } from '../../dns/name.ts';
import type { Outcome, RecordType } from '../../dns/outcome.ts';
import { randomLabel } from '../../random.ts';
import { dmarcName } from '../advice/dmarc-advice.ts';
import { walkedDomains } from '../advice/dmarc-policy.ts';
import { mentionsDmarc } from '../advice/dmarc-record.ts';
import { countSpfLookups } from '../advice/spf-lookups.ts';
import { isSpfRecord, mentionsSpf, passAllTerm, spfRecords } from '../advice/spf-record.ts';
import { definitive, isAlias } from '../answers.ts';
import type { AdviceEvidence } from '../evidence.ts';
import { truncateAnswer } from '../truncate.ts';
import { isInZoneItself } from './own-name.ts';
import type { SurveyContext } from './survey-context.ts';
import { findZoneCut } from './zone-cut.ts';

/** Looks at what else helps the mail of this domain arrive, with the budget's part for it. Never throws for what DNS does. */
export async function surveyAdvice(survey: SurveyContext): Promise<AdviceEvidence> {
  const context = { ...survey, check: survey.check.forAdvice() };
  const { row } = context;
  const policies = walkedDomains(row.domain).map(dmarcName).filter(isQueryableName);
  const [spf, mx, ...dmarc] = await Promise.all([
    surveySpf(context),
    ask(context, row.domain, 'MX'),
    ...policies.map((name) => surveyDmarc(context, name)),
  ]);
  return { spf, mx, dmarc };
}

async function surveySpf(context: SurveyContext): Promise<AdviceEvidence['spf']> {
  const all = await ask(context, context.row.domain, 'TXT');
  const txt = only(isSpfRecord, all);
  const records = spfRecords(txt);
  const [record, another] = records;
  const zone = records.some(isToBeChanged) || another !== undefined ? await zoneOfDomain(context) : {};
  if (record === undefined) return { txt, lookups: null, ...lookalikeIn(all) };
  if (another !== undefined) return { txt, lookups: null, ...zone };
  const { check, row } = context;
  const cost = await countSpfLookups(row.domain, record, (name, type) =>
    name === row.domain && type === 'MX' ? ask(context, name, type) : check.askResolver(name, type),
  );
  return { txt, ...cost, ...zone };
}

function lookalikeIn(txt: Outcome): { lookalike?: string } {
  const lookalike = txt.kind === 'present' ? txt.values.find(mentionsSpf) : undefined;
  return lookalike === undefined ? {} : { lookalike };
}

function isToBeChanged(record: string): boolean {
  return passAllTerm(record) !== undefined;
}

/** The zone whose form a record at the domain itself is typed into: a subdomain may have one of its own. */
async function zoneOfDomain({ check, row }: SurveyContext): Promise<{ zone?: string }> {
  const survey = await check.askOneAuthority(row.domain, 'TXT');
  const zone = await findZoneCut(check, `_dmarc.${row.domain}`, survey);
  return zone === null ? {} : { zone };
}

async function surveyDmarc(context: SurveyContext, name: string): Promise<AdviceEvidence['dmarc'][number]> {
  const { check, row } = context;
  const isOwn = name === dmarcName(row.domain) || name === dmarcName(registrableDomain(row));
  // Nobody is told to add a record at the names between the two: a resolver may remember that there is none.
  if (!isOwn) return { name, txt: only(mentionsDmarc, await check.askResolver(name, 'TXT')) };
  const txt = only(mentionsDmarc, await ask(context, name, 'TXT'));
  const { zone } = await check.askOneAuthority(name, 'TXT');
  const alias = await aliasToNowhere(context, name, txt);
  return { name, txt, ...(zone === null ? {} : { zone }), ...(alias === null ? {} : { alias }) };
}

/** Null as well where a wildcard makes it one: no form shows its alias there. */
async function aliasToNowhere(context: SurveyContext, name: string, txt: Outcome): Promise<string | null> {
  if (txt.kind !== 'present' || txt.cname === null || txt.values.length > 0) return null;
  const { random } = context;
  const sibling = `_${randomLabel(20, random)}.${parentOf(name)}`;
  const beside = await ask(context, sibling, 'TXT');
  if (beside.kind !== 'present' || beside.cname !== txt.cname) return txt.cname;
  const askFor = async (one: string) => [await ask(context, one, 'TXT')];
  return (await isInZoneItself(name, sibling, random, askFor)) ? txt.cname : null;
}

/** A domain's TXT records are many; evidence is of those that matter. */
function only(matters: (value: string) => boolean, outcome: Outcome): Outcome {
  if (outcome.kind !== 'present') return outcome;
  return truncateAnswer({ ...outcome, values: outcome.values.filter(matters) });
}

/** First-hand where that is possible, so that no resolver remembers what is about to be mended. */
async function ask({ check }: SurveyContext, name: string, type: RecordType): Promise<Outcome> {
  const { observations } = await check.askOneAuthority(name, type);
  const [heard] = observations.flatMap(({ outcome }) => definitive(outcome));
  return heard === undefined || isAlias(type, heard) ? check.askResolver(name, type) : heard;
}
