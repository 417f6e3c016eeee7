import { type Message, type Question, RCODE } from './message.ts';
import { isWithin } from './name.ts';
import type { Absent, Outcome, UnknownReason } from './outcome.ts';
import type { ResourceRecord } from './record.ts';
import { unknown } from './reply.ts';

/** What a server says that holds a zone above the name: who holds the zone that the name lies in. */
export interface Referral {
  readonly kind: 'referral';
  readonly zone: string;
  readonly nameServers: readonly string[];
  /** Addresses of those name servers that lie in the referring server's zone (RFC 1034 §4.2.1). */
  readonly glue: ReadonlyMap<string, readonly string[]>;
}

/** More than resolvers follow. */
const MAX_ALIASES = 16;

/**
 * What an authority of `zone` says. Its word counts with the AA bit only; an alias is told, not followed,
 * for the bit vouches for the first name in the answer alone (RFC 1035 §4.1.1).
 */
export function readAuthority(message: Message, question: Question, zone: string): Outcome | Referral {
  const failure = failureOf(message);
  if (failure !== null) return unknown(failure);
  if (!message.authoritative) return readReferral(message, question, zone) ?? unknown('lame');
  const own = message.answers.filter(({ name }) => name === question.name);
  const values = own.filter(({ type }) => type === question.type);
  const alias = own.find(({ type }) => type === 'CNAME');
  if (values.length === 0 && alias === undefined) return absent(message);
  return {
    kind: 'present',
    values: values.map(({ value }) => value),
    cname: alias?.value ?? null,
    ttl: smallestTtl(alias === undefined ? values : [alias, ...values]),
  };
}

/** What a resolver says, which has followed the aliases as far as they lead. */
export function readResolver(message: Message, question: Question): Outcome {
  const failure = failureOf(message);
  if (failure !== null) return unknown(failure);
  const aliases = aliasesFrom(message.answers, question);
  const end = aliases.at(-1)?.value ?? question.name;
  const values = message.answers.filter(({ name, type }) => name === end && type === question.type);
  const alias = question.type === 'CNAME' ? values[0] : aliases[0];
  if (values.length === 0 && alias === undefined)
    return isResolved(message) ? absent(message) : unknown('lame');
  const { negativeTtl } = absent(message);
  return {
    kind: 'present',
    values: values.map(({ value }) => value),
    cname: alias?.value ?? null,
    ttl: smallestTtl([...aliases, ...values]),
    ...(values.length > 0 || negativeTtl === null ? {} : { negativeTtl }),
  };
}

function failureOf({ rcode }: Message): UnknownReason | null {
  switch (rcode) {
    case RCODE.NOERROR:
    case RCODE.NXDOMAIN:
      return null;
    case RCODE.REFUSED:
      return 'refused';
    case RCODE.NOTAUTH:
      return 'lame';
    default:
      return 'servfail';
  }
}

/** Downwards only, to a zone that holds the name: anything else is what lame servers say. */
function readReferral(message: Message, question: Question, zone: string): Referral | undefined {
  const cut = message.authorities.find(
    ({ type, name }) =>
      type === 'NS' && name !== zone && isWithin(name, zone) && isWithin(question.name, name),
  );
  if (cut === undefined) return undefined;
  const nameServers = namesOf(message.authorities, cut.name);
  const trusted = nameServers.filter((server) => isWithin(server, zone));
  return { kind: 'referral', zone: cut.name, nameServers, glue: addressesIn(message.additionals, trusted) };
}

/** The name servers that NS records at `zone` name. */
export function namesOf(records: readonly ResourceRecord[], zone: string): string[] {
  return records.filter(({ type, name }) => type === 'NS' && name === zone).map(({ value }) => value);
}

/** The addresses of each of those names that has one there: IPv4 where there is any. */
export function addressesIn(
  records: readonly ResourceRecord[],
  names: readonly string[],
): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const name of names) {
    const own = records.filter((record) => record.name === name);
    const ofType = (type: string) => own.filter((record) => record.type === type).map(({ value }) => value);
    const addresses = [ofType('A'), ofType('AAAA')].find((list) => list.length > 0);
    if (addresses !== undefined) found.set(name, addresses);
  }
  return found;
}

/** NXDOMAIN or NODATA, with the SOA that says for how long (RFC 2308 §5). */
function absent({ rcode, authorities }: Message): Absent {
  const soa = authorities.find(({ type }) => type === 'SOA');
  const reason = rcode === RCODE.NXDOMAIN ? 'nxdomain' : 'nodata';
  return { kind: 'absent', reason, negativeTtl: soa?.negativeTtl ?? null };
}

/** A referral, or an empty answer from a server that does not recurse, is no resolver's last word. */
function isResolved({ authorities, recursionAvailable, authoritative }: Message): boolean {
  const types = authorities.map(({ type }) => type);
  return types.includes('SOA') || (!types.includes('NS') && (recursionAvailable || authoritative));
}

/** The CNAME records that lead away from the name asked, in order; a loop ends at the bound. */
function aliasesFrom(answers: readonly ResourceRecord[], question: Question): ResourceRecord[] {
  const aliases: ResourceRecord[] = [];
  let name = question.name;
  while (question.type !== 'CNAME' && aliases.length < MAX_ALIASES) {
    const alias = answers.find((record) => record.type === 'CNAME' && record.name === name);
    if (alias === undefined) break;
    aliases.push(alias);
    name = alias.value;
  }
  return aliases;
}

function smallestTtl(records: readonly ResourceRecord[]): number {
  return Math.min(...records.map(({ ttl }) => ttl));
}
