import type { RecordDiagnosis } from '@letterhead/shared';
import type { Pitfall } from '../../keys/dkim-record.ts';
import type { Failure, Note, ServerCode } from '../diagnosis/finding.ts';
import { list, parentSide, serverList } from './text.ts';

/** What servers did, after their names: by code, and where our own bound kept them from being asked. */
const FAILURES: Record<ServerCode, string> = {
  DNS_TIMEOUT: 'did not answer',
  DNS_SERVFAIL: 'answered with a failure (SERVFAIL), or with something that is no answer',
  DNS_REFUSED: 'refused the question, as servers do that are not set up for the domain, or no longer',
  DNS_LAME: 'answered without being responsible: named as a server of the domain, but not set up to serve it',
};
const NOT_REACHED = 'could not be asked any more: this check’s budget of questions was used up';

const NO_ADDRESS = 'could not be asked: no address of that name could be found';

/** `who` and what became of the question, as one sentence. */
export function failureSentence(
  who: string,
  { code, isBudget, isWithoutAddress }: Omit<Failure, 'names'>,
): string {
  if (isWithoutAddress) return `${who} ${NO_ADDRESS}.`;
  return `${who} ${isBudget ? NOT_REACHED : FAILURES[code]}.`;
}

/** What the standard allows, and who goes by another rule all the same. */
const PITFALLS: Record<Pitfall, string> = {
  'spaced-equals':
    'It has white space around the equals sign of v= or s=, which is allowed, but which receivers with Exim can’t read: better take that out.',
  'service-list':
    'Its s= is a list, which is allowed, but which receivers with Exim or dkimpy can’t read: better take s= out.',
  granularity:
    'It carries g=, which today’s receivers ignore, but by which older ones may refuse our mail: better take that out.',
};

/** One sentence about a record of this type. */
export function noteSentence(note: Note, type: RecordDiagnosis['type']): string {
  switch (note.kind) {
    case 'negative-cached':
      return 'Some resolvers still remember that it was not there.';
    case 'test-mode':
      return 'The record also carries t=y, by which receivers may ignore it: take that out.';
    case 'servers-disagree':
      return 'The name servers don’t all say the same: each one’s answer is among the evidence.';
    case 'delegation-differs':
      return `${parentSide(note.delegated)} names ${serverList(note.parent)}, the zone itself ${serverList(note.child)}: the record has to be at all of them, or both have to name the same.`;
    case 'budget-ended':
      return 'Not every place was checked where the record may have landed: this check’s budget of DNS questions was used up.';
    case 'pitfall':
      return PITFALLS[note.pitfall];
    case 'also-at':
      return `It is also at ${list(note.names)}, where nobody needs it.`;
    case 'not-all-judged':
      return `There are ${note.total} ${type} records at the name; ${note.judged} of them are judged, those that hold our value first.`;
    case 'servers-failed':
      return failureSentence(serverList(note.failure.names), note.failure);
    case 'servers-not-asked':
      return note.names.length === 1
        ? `${list(note.names)} has no public address, and was not asked.`
        : `${list(note.names)} have no public addresses, and were not asked.`;
  }
}
