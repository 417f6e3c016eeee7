import { type Message, type Question, RCODE } from './message.ts';
import { isWithin, withoutEscapes } from './name.ts';
import type { Absent, Outcome, RecordType, UnknownReason } from './outcome.ts';
import type { ResourceRecord } from './record.ts';
import { unknown } from './reply.ts';

/** Answer of a parent zone's server: names the servers of the child zone that holds the name. */
export interface Referral {
  readonly kind: 'referral';
  readonly zone: string;
  readonly nameServers: readonly string[];
  /** Addresses of those name servers that lie in the referring server's zone (RFC 1034 §4.2.1). */
  readonly glue: ReadonlyMap<string, readonly string[]>;
  /** DS records of the child zone, as text, if the question asked for DNSSEC. */
  readonly ds: readonly string[];
}

/** Resolvers follow fewer. */
const MAX_ALIASES = 16;

/**
 * Reads the answer of an authority of `zone`. It counts with the AA bit only, and an absence not with the SOA record of
 * a zone above. An alias is returned and not followed, because the bit applies to the first name in the answer alone
 * (RFC 1035 §4.1.1).
 */
export function readAuthority(message: Message, question: Question, zone: string): Outcome | Referral {
  const failure = failureOf(message);
  if (failure !== null) return unknown(failure);
  if (!message.authoritative) return readReferral(message, question, zone) ?? unknown('lame');
  const asked = withoutEscapes(question.name);
  const own = message.answers.filter(({ name }) => name === asked);
  const values = own.filter(({ type }) => type === question.type);
  const alias = own.find(({ type }) => type === 'CNAME');
  if (values.length === 0 && alias === undefined) {
    // Answers about other names alone answer another question.
    return message.answers.length > 0 ? unknown('malformed') : readAbsence(message, question, zone);
  }
  return {
    kind: 'present',
    values: values.map(({ value }) => value),
    cname: alias?.value ?? null,
    ttl: smallestTtl(alias === undefined ? values : [alias, ...values]),
    ...(message.answers.some((record) => renames(record, asked)) ? { throughDname: true } : {}),
  };
}

/** Some servers set the AA bit on referrals as well: those come without the SOA record of an absence. */
function readAbsence(message: Message, question: Question, zone: string): Outcome | Referral {
  const { rcode, authorities } = message;
  const isNegative = rcode === RCODE.NXDOMAIN || authorities.some(({ type }) => type === 'SOA');
  const referral = isNegative ? undefined : readReferral(message, question, zone);
  return referral ?? (isFromAbove(message, zone) ? unknown('lame') : absent(message));
}

/** Whether a record is the DNAME record that an alias at a name was made from: that one is above it (RFC 6672 §2.3). */
function renames({ type, name }: ResourceRecord, asked: string): boolean {
  return type === 'DNAME' && name !== asked && isWithin(asked, name);
}

/** Reads the answer of a resolver, which has followed aliases to their end. */
export function readResolver(message: Message, question: Question): Outcome {
  const failure = failureOf(message);
  if (failure !== null) return unknown(failure);
  const aliases = aliasesFrom(message.answers, question);
  const end = aliases.at(-1)?.value ?? withoutEscapes(question.name);
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
    ...(message.answers.some(({ type }) => type === 'DNAME') ? { throughDname: true } : {}),
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

/** Accepts a referral only to a lower zone that holds the name; lame servers send others. */
function readReferral(message: Message, question: Question, zone: string): Referral | undefined {
  const cut = message.authorities.find(
    ({ type, name }) =>
      type === 'NS' && name !== zone && isWithin(name, zone) && isWithin(question.name, name),
  );
  if (cut === undefined) return undefined;
  const nameServers = valuesOf(message.authorities, 'NS', cut.name);
  const trusted = nameServers.filter((server) => isWithin(server, zone));
  const glue = addressesIn(message.additionals, trusted);
  return {
    kind: 'referral',
    zone: cut.name,
    nameServers,
    glue,
    ds: valuesOf(message.authorities, 'DS', cut.name),
  };
}

function valuesOf(records: readonly ResourceRecord[], type: RecordType, owner: string): string[] {
  return records.filter((record) => record.type === type && record.name === owner).map(({ value }) => value);
}

/** Addresses by name, for the names that have one: IPv4 if there is any, else IPv6. */
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

/** Whether the SOA record of a negative answer is that of a zone above: its server does not serve `zone` itself. */
function isFromAbove({ authorities }: Message, zone: string): boolean {
  return authorities.some(({ type, name }) => type === 'SOA' && name !== zone && isWithin(zone, name));
}

/** NXDOMAIN or NODATA; the SOA says for how long it may be cached (RFC 2308 §5). */
function absent({ rcode, authorities }: Message): Absent {
  const soa = authorities.find(({ type }) => type === 'SOA');
  const reason = rcode === RCODE.NXDOMAIN ? 'nxdomain' : 'nodata';
  return { kind: 'absent', reason, negativeTtl: soa?.negativeTtl ?? null };
}

/** Whether an empty answer is final: not if it is a referral, or from a server that does not recurse. */
function isResolved({ authorities, recursionAvailable, authoritative }: Message): boolean {
  const types = authorities.map(({ type }) => type);
  return types.includes('SOA') || (!types.includes('NS') && (recursionAvailable || authoritative));
}

/** CNAME records from the queried name on, in order; MAX_ALIASES ends a loop. */
function aliasesFrom(answers: readonly ResourceRecord[], question: Question): ResourceRecord[] {
  const aliases: ResourceRecord[] = [];
  let name = withoutEscapes(question.name);
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
