import { NEGATIVE_CACHED, namesOfTwoMinds, TEST_MODE } from './correct-record.ts';
import { serversByNamer } from './delegation-differs.ts';
import type { FoundCode, Note } from './finding.ts';
import { judgements } from './key-value.ts';
import { answersLikeSibling, isCorrect, namesOf, type RuleInput } from './rule-input.ts';
import { failures } from './transient-failures.ts';

/** What else was seen, which the code given does not tell. */
export function additionalNotes(input: RuleInput, code: FoundCode): Note[] {
  return [
    ...aboutOurRecord(input, code),
    ...otherPlaces(input, code),
    ...(code !== 'WILDCARD_ANSWER' && answersLikeSibling(input) ? [{ kind: 'from-wildcard' as const }] : []),
    ...notJudged(input),
    ...disagreement(input),
    ...differingAddresses(input, code),
    ...differentDelegation(input),
    ...failures(input)
      .filter((failure) => failure.code !== code)
      .map((failure): Note => ({ kind: 'servers-failed', failure })),
    ...notAsked(input),
    ...(input.evidence.budgetEnded === true ? [{ kind: 'budget-ended' as const }] : []),
  ];
}

/** Codes about who gives our record, which say nothing of the record itself. */
const OF_SERVERS: readonly FoundCode[] = ['DELEGATION_DIFFERS', 'RESOLVER_FAILS', 'NAMESERVERS_DISAGREE'];

function aboutOurRecord(input: RuleInput, code: FoundCode): Note[] {
  const notes: Note[] = [];
  const isOfServers = OF_SERVERS.includes(code);
  if (isOfServers && NEGATIVE_CACHED.find(input) !== null) notes.push({ kind: 'negative-cached' });
  notes.push(...pitfalls(input), ...throughDname(input));
  const mayBeTested = isOfServers || code === 'NEGATIVE_CACHED';
  if (mayBeTested && TEST_MODE.find(input) !== null) notes.push({ kind: 'test-mode' });
  return notes;
}

/** Spellings of our record that some receivers don't take, each once. */
function pitfalls(input: RuleInput): Note[] {
  if (!isCorrect(input)) return [];
  const found = judgements(input).flatMap((one) => (one.kind === 'ours' ? one.pitfalls : []));
  return [...new Set(found)].map((pitfall) => ({ kind: 'pitfall', pitfall }));
}

/** OpenDKIM fails at an answer with a DNAME record in it; the other receivers that were tried skip it. */
function throughDname(input: RuleInput): Note[] {
  const { resolver } = input.evidence;
  const isThrough = resolver?.kind === 'present' && resolver.throughDname === true;
  return isThrough && input.record.kind === 'dkim' && isCorrect(input) ? [{ kind: 'through-dname' }] : [];
}

/** Other names where the record landed, after the one that the finding names. */
function otherPlaces({ evidence }: RuleInput, code: FoundCode): Note[] {
  if (code !== 'HOST_DOUBLED' && code !== 'WRONG_HOST') return [];
  const misplaced = (['doubled', 'elsewhere'] as const).flatMap((purpose) =>
    evidence.findings.filter((one) => one.purpose === purpose).map(({ name }) => name),
  );
  const names = [...new Set(misplaced.slice(1))];
  return names.length === 0 ? [] : [{ kind: 'also-at', names }];
}

function disagreement(input: RuleInput): Note[] {
  return !isCorrect(input) && input.answers.length > 1 ? [{ kind: 'servers-disagree' }] : [];
}

function differingAddresses(input: RuleInput, code: FoundCode): Note[] {
  const names = code === 'NAMESERVERS_DISAGREE' ? namesOfTwoMinds(input) : [];
  return names.length === 0 ? [] : [{ kind: 'addresses-differ', names }];
}

/** A record that is not right has to be right at all servers that anybody names. */
function differentDelegation(input: RuleInput): Note[] {
  const named = isCorrect(input) ? null : serversByNamer(input);
  return named === null ? [] : [{ kind: 'delegation-differs', ...named }];
}

/** Says so where only some of many values at the name are judged (truncate.ts). */
function notJudged({ answers }: RuleInput): Note[] {
  const truncated = answers.find(({ values, total }) => total > values.length);
  if (truncated === undefined) return [];
  return [{ kind: 'not-all-judged', total: truncated.total, judged: truncated.values.length }];
}

function notAsked({ evidence }: RuleInput): Note[] {
  const servers = evidence.observations.filter(({ outcome }) => outcome.kind === 'not-asked');
  const names = namesOf(servers);
  return names.length === 0 ? [] : [{ kind: 'servers-not-asked', names }];
}
