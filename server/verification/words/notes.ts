import type { RecordDiagnosis } from '@letterhead/shared';
import type { Pitfall } from '../../keys/dkim-record.ts';
import type { Delegated, Failure, Note, ServerCode } from '../diagnosis/finding.ts';
import { list, serverList } from './text.ts';

/** What servers did, after their names: by code, and where our own bound kept them from being asked. */
const FAILURES: Record<ServerCode, string> = {
  DNS_TIMEOUT: 'didn’t answer',
  DNS_SERVFAIL: 'gave no usable answer (SERVFAIL, or not a valid DNS reply)',
  DNS_REFUSED: 'refused to answer, as servers do if the domain isn’t set up there',
  DNS_LAME: 'answered, but the domain isn’t set up there',
};
const NOT_REACHED = 'couldn’t be asked: this check reached its limit of DNS questions';

const NOT_OVER_TCP =
  'didn’t answer over TCP, which an answer as long as this one takes; a firewall may block TCP port 53';
const NO_ADDRESS = 'couldn’t be asked: no address for that name could be found';

/** `who` and what became of the question, as one sentence. */
export function failureSentence(
  who: string,
  { code, isBudget, isWithoutAddress, isOverTcp }: Omit<Failure, 'names'>,
): string {
  if (isOverTcp) return `${who} ${NOT_OVER_TCP}.`;
  if (isWithoutAddress) return `${who} ${NO_ADDRESS}.`;
  return `${who} ${isBudget ? NOT_REACHED : FAILURES[code]}.`;
}

/** Name servers by who lists them, where both sides differ. */
export function differenceSentence({ parent, child, delegated, isOutdated }: Delegated): string {
  if (isOutdated) {
    return `The registrar and the DNS settings list ${serverList(parent)}, but our resolver still remembers ${serverList(child)} from before, and so may those of receivers.`;
  }
  const [above, whose] =
    delegated === undefined
      ? ['The registrar', 'the domain’s own NS records']
      : [`The domain above ${delegated}`, `the NS records of ${delegated} itself`];
  return `${above} lists ${serverList(parent)}, but ${whose} list ${serverList(child)}.`;
}

/** What the standard allows, and who goes by another rule all the same. */
const PITFALLS: Record<Pitfall, string> = {
  'spaced-equals':
    'There are spaces next to the equals sign of v= or s=. That is allowed, but receivers that use Exim can’t read it, so it is best to remove them.',
  'service-list':
    'Its s= is a list. That is allowed, but receivers that use Exim or dkimpy can’t read it, so it is best to remove s=.',
  granularity:
    'It contains g=. Receivers ignore that today, but older ones may reject your mail because of it, so it is best to remove g=.',
};

/** One sentence about a record of this type. */
export function noteSentence(note: Note, type: RecordDiagnosis['type']): string {
  switch (note.kind) {
    case 'negative-cached':
      return 'Our resolver doesn’t find the record, either: it asked one of these, or remembers that the record was missing.';
    case 'test-mode':
      return 'The record also contains t=y, so receivers may ignore the signature. Remove t=y.';
    case 'from-wildcard':
      return 'Names that don’t exist get the same answer, so it comes from a wildcard record (*), which can stay.';
    case 'servers-disagree':
      return 'The name servers give different answers; the evidence shows each one.';
    case 'delegation-differs':
      return `${differenceSentence(note)} The record must be on ${note.isOutdated ? 'the former' : 'all of them, or both must list the same'}.`;
    case 'budget-ended':
      return 'We didn’t look in every place where the record may have ended up: this check reached its limit of DNS questions.';
    case 'pitfall':
      return PITFALLS[note.pitfall];
    case 'through-dname':
      return 'A DNAME record leads to it. That is allowed, but receivers that use OpenDKIM can’t follow it, so it is best to use a CNAME record instead.';
    case 'also-at':
      return `It is also at ${list(note.names)}, where it isn’t needed.`;
    case 'addresses-differ':
      return `The addresses of ${list(note.names)} don’t answer alike. If one of them is that of a former server, correct it in the DNS settings and at the registrar.`;
    case 'not-all-judged':
      return `There are ${note.total} ${type} records at this host. We read only ${note.judged} of them, starting with those that contain the right value.`;
    case 'servers-failed':
      return failureSentence(serverList(note.failure.names), note.failure);
    case 'servers-not-asked':
      return note.names.length === 1
        ? `${list(note.names)} has no public address, so we didn’t ask it.`
        : `${list(note.names)} have no public addresses, so we didn’t ask them.`;
  }
}
