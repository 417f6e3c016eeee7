import type { ServerCode, TransientFacts } from '../diagnosis/finding.ts';
import { failureSentence } from './notes.ts';
import type { Subject, Words } from './subject.ts';
import { STILL_HOLDS, serverList } from './text.ts';

const TITLES: Record<ServerCode, string> = {
  DNS_TIMEOUT: 'The name servers did not answer in time',
  DNS_SERVFAIL: 'The name servers answered that they failed',
  DNS_REFUSED: 'The name servers refuse to answer for this domain',
  DNS_LAME: 'The name servers are not responsible for this domain',
};

/** Words for a code by which nothing definitive was heard. */
export function transientWords(code: ServerCode): (finding: TransientFacts, subject: Subject) => Words {
  return (finding, subject) => ({
    title: titleOf(code, finding),
    detail: detailOf(code, finding, subject),
    fix: finding.isBudget ? null : fixOf(code, finding, subject),
  });
}

function titleOf(code: ServerCode, { isBudget, failures }: TransientFacts): string {
  if (isBudget) return 'The check’s budget of DNS questions was used up';
  const isUnknown =
    failures.length > 0 && failures.every(({ isWithoutAddress }) => isWithoutAddress === true);
  return isUnknown ? 'The name servers have no address' : TITLES[code];
}

function detailOf(
  code: ServerCode,
  { failures, isBudget, resolverQuestion, alias }: TransientFacts,
  { record, registrable }: Subject,
): string {
  const resolver =
    resolverQuestion === 'name-servers'
      ? `The resolver that was asked for the name servers of ${registrable}`
      : `The resolver that was asked about ${record.fqdn}`;
  const what =
    failures.length === 0
      ? [failureSentence(resolver, { code, isBudget })]
      : failures.map((failure) => failureSentence(serverList(failure.names), failure));
  const leads = alias === null ? [] : [`${record.fqdn} is a CNAME record to ${alias}.`];
  return [...leads, ...what, STILL_HOLDS].join(' ');
}

/** Null where no server is known that could be mended. */
function fixOf(
  code: ServerCode,
  { failures, alias, delegated }: TransientFacts,
  { registrable }: Subject,
): string | null {
  const names = failures.flatMap((failure) => failure.names);
  if (names.length === 0) return null;
  const servers = serverList(names);
  if (alias !== null) return `Ask the provider of ${alias} to have ${servers} answer for it.`;
  const zone = delegated ?? registrable;
  const isNotSetUp = code === 'DNS_REFUSED' || code === 'DNS_LAME';
  const mend = isNotSetUp
    ? `Have the zone ${zone} set up at ${servers}`
    : `Have ${servers} answer for ${zone}`;
  return delegated === null
    ? `${mend}, or, at the registrar of ${zone}, set the name servers to those of your DNS provider.`
    : `${mend}, or remove the NS records of ${zone} from the zone above.`;
}
