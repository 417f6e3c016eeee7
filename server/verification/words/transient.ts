import type { ServerCode, TransientFacts } from '../diagnosis/finding.ts';
import { failureSentence } from './notes.ts';
import type { Subject, Words } from './subject.ts';
import { NOTHING_CHANGES, quoted, serverList } from './text.ts';

/** What the name servers of a domain did, as a title. */
const TITLES: Record<ServerCode, string> = {
  DNS_TIMEOUT: 'didn’t answer in time',
  DNS_SERVFAIL: 'gave no usable answer',
  DNS_REFUSED: 'refuse to answer',
  DNS_LAME: 'aren’t set up for it',
};

/** What our resolver did, where no name server could be asked. */
const RESOLVER: Record<ServerCode, string> = {
  DNS_TIMEOUT: 'didn’t answer in time',
  DNS_SERVFAIL: 'gave no usable answer (SERVFAIL, or not a valid DNS reply)',
  DNS_REFUSED: 'refused to answer',
  DNS_LAME: 'got an answer only from name servers where the domain doesn’t seem to be set up',
};

/** Words for a code by which nothing definitive was heard. */
export function transientWords(code: ServerCode): (finding: TransientFacts, subject: Subject) => Words {
  return (finding, subject) => ({
    title: titleOf(code, finding, subject),
    detail: detailOf(code, finding, subject),
    fix: finding.isBudget ? null : fixOf(code, finding, subject),
  });
}

function titleOf(
  code: ServerCode,
  { isBudget, failures, alias, delegated }: TransientFacts,
  { registrable }: Subject,
): string {
  if (isBudget) return 'The check reached its limit of DNS questions';
  const name = alias ?? delegated ?? registrable;
  if (failures.length === 0) return `Our resolver got no answer about ${name}`;
  const didWhat = areWithoutAddress(failures) ? 'have no address' : TITLES[code];
  return `The name servers of ${name} ${didWhat}`;
}

function areWithoutAddress(failures: TransientFacts['failures']): boolean {
  return failures.every(({ isWithoutAddress }) => isWithoutAddress === true);
}

function detailOf(code: ServerCode, facts: TransientFacts, subject: Subject): string {
  const { failures, alias } = facts;
  const what =
    failures.length > 0
      ? failures.map((failure) => failureSentence(serverList(failure.names), failure))
      : [resolverSentence(code, facts, subject)];
  const leads = alias === null ? [] : [`${subject.record.fqdn} is a CNAME record that points to ${alias}.`];
  return [...leads, ...what, NOTHING_CHANGES].join(' ');
}

function resolverSentence(
  code: ServerCode,
  { isBudget, resolverQuestion }: TransientFacts,
  { record, registrable }: Subject,
): string {
  if (isBudget) return failureSentence('Our resolver', { code, isBudget });
  const question =
    resolverQuestion === 'name-servers' ? `for the name servers of ${registrable}` : `about ${record.fqdn}`;
  return `We asked our resolver ${question}. It ${RESOLVER[code]}.`;
}

/** Null where no server is known that could be mended. */
function fixOf(
  code: ServerCode,
  { failures, alias, delegated, areOfZoneAlone }: TransientFacts,
  { registrable }: Subject,
): string | null {
  if (failures.length === 0) return null;
  const servers = serverList(failures.flatMap((failure) => failure.names));
  if (alias !== null) return `Ask whoever runs ${alias} to make ${servers} answer for it.`;
  const zone = delegated ?? registrable;
  const instead = areOfZoneAlone
    ? `in the DNS settings of ${zone}, set the NS records at the host ${quoted('@')} to the name servers that ${delegated === null ? 'the registrar' : 'the domain above'} lists`
    : otherServers(zone, delegated);
  if (code === 'DNS_REFUSED' || code === 'DNS_LAME') {
    return `Ask your DNS provider to set up ${zone} on ${servers}, or, ${instead}.`;
  }
  const mend = areWithoutAddress(failures)
    ? `publish an address for ${servers}`
    : `make ${servers} answer for ${zone}${failures.every(({ isOverTcp }) => isOverTcp) ? ' over TCP (port 53)' : ''}`;
  return `If this lasts, ask your DNS provider to ${mend}, or, ${instead}.`;
}

function otherServers(zone: string, delegated: string | null): string {
  return delegated === null
    ? `at the registrar of ${zone}, set the name servers to those of your DNS provider`
    : `in the DNS settings of the domain above, remove the NS records of ${zone}`;
}
