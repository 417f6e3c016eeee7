import type { CheckBudget } from './check-budget.ts';

/** The record types that Letterhead asks for. */
export type RecordType = 'TXT' | 'CNAME' | 'NS' | 'SOA' | 'A' | 'AAAA' | 'MX' | 'CAA' | 'DS' | 'DNSKEY';

/** Those that it reads: a DNAME record comes with the CNAME records made from it (RFC 6672 §3.1). */
export type ReadType = RecordType | 'DNAME';

/**
 * Why a question ended without a definitive answer. All of these are transient: they never change `verified`.
 * `bogus`: the resolver fails, and answers only with the checking of DNSSEC disabled (RFC 4035 §3.2.2).
 * `budget`: it was not asked, or its answer not read, because the check's budget was used up.
 */
export type UnknownReason =
  | 'timeout'
  | 'servfail'
  | 'bogus'
  | 'refused'
  | 'lame'
  | 'unreachable'
  | 'malformed'
  | 'budget';

/**
 * How a question to DNS ends. `present` and `absent` are definitive and may change state;
 * `unknown` never does, in either direction.
 */
export type Outcome = Present | Absent | Unknown;

/** Records came back. */
export interface Present {
  kind: 'present';
  /**
   * The records of the type asked for, as text: a TXT record's strings joined with nothing between,
   * a name without its trailing dot and in lower case, an address, `10 mx.example.org` for MX.
   * Empty where the name is an alias (`cname`): always in an authority's answer, whose word ends there unless CNAME
   * was asked for; in a resolver's where the alias leads to nothing of that type.
   */
  values: string[];
  /** How many there were, if only some of them were kept. */
  total?: number;
  /** The target of the first CNAME at the name asked, where the name is an alias; else null. */
  cname: string | null;
  /** The smallest TTL of the answer, in seconds. */
  ttl: number;
  /** If a resolver's alias leads to nothing: for how many seconds it may cache that. */
  negativeTtl?: number;
  /** If a resolver came there through a DNAME record, or if an authority made the alias from one. */
  throughDname?: true;
}

/** NXDOMAIN or NODATA from a server entitled to say so. */
export interface Absent {
  kind: 'absent';
  reason: 'nxdomain' | 'nodata';
  /** For how many seconds a resolver may cache it (RFC 2308 §5); null without an SOA. */
  negativeTtl: number | null;
}

/** Nothing definitive. */
export interface Unknown {
  kind: 'unknown';
  reason: UnknownReason;
  /** The answer did not fit a datagram, and there was none over TCP. */
  overTcp?: true;
}

/** What one authority answered to one question. */
export interface Observation {
  name: string;
  /** Empty where the resolver knows no address of that name: `unreachable`, or why it could not tell. */
  address: string;
  outcome: Outcome | { kind: 'not-asked'; why: 'address-not-public' };
  /** Duration in milliseconds; 0 for a server that timed out before in this check and was not queried again. */
  ms: number;
  /** Whose word led to this server; absent where the zone and the zone above it name the same servers. */
  namedBy?: NamedBy[];
}

/** Who names the servers of a zone: the zone above it, where the registrar enters them, or the zone itself. */
export type NamedBy = 'parent' | 'child';

/** Answers of all authorities of a name, first-hand. */
export interface Survey {
  /** The zone that the name lies in, as its servers see it (the last zone cut passed); null where none was found. */
  zone: string | null;
  observations: Observation[];
  /** Absent where all zones below the registrable domain name the servers that the zones above them name. */
  cut?: ZoneCut;
}

/** Zone below the registrable domain whose own NS records differ from those in the zone above it. */
export interface ZoneCut {
  zone: string;
  above: string;
  /** Named by the zone itself, as one of its servers tells. */
  nameServers: string[];
  /** Named by the zone above. */
  parentServers: string[];
}

/** DNS side of one check; remembers answers for as long as the check lasts. */
export interface DnsCheck {
  /**
   * Whether the registrable domain exists, and whose name servers answer for it: the word of the resolver, asked about
   * NS and addresses only, and that of the servers of the zone above.
   */
  delegation(): Promise<Delegation>;
  /** Whether receivers that validate DNSSEC refuse the zone's answers; null where nothing says so. */
  dnssecFailure(): Promise<DnssecFailure | null>;
  /** Asks every authority of `name`, following referrals. Never throws for what DNS does. */
  askAuthorities(name: string, type: RecordType): Promise<Survey>;
  /** Asks one authority of the registrable domain, and all of them only if that one gives no definitive answer. */
  askOneAuthority(name: string, type: RecordType): Promise<Survey>;
  /**
   * Asks the configured resolvers, which follow aliases; the outcome is the first definitive one. An alias to
   * nowhere is `present` with `cname` and no values. Never throws for what DNS does.
   */
  askResolver(name: string, type: RecordType): Promise<Outcome>;
  /** Same check and memory; its questions are charged to the budget's part for advice. */
  forAdvice(): DnsCheck;
}

/** Who answers for the zone that holds the registrable domain. */
export type Delegation =
  | ZoneDelegation
  | { kind: 'no-such-domain' }
  | { kind: 'unknown'; reason: UnknownReason | 'resolver-unreachable' };

export interface ZoneDelegation {
  kind: 'found';
  zone: string;
  /** Named by the zone itself, as the resolver tells; by the zone above where the resolver fails. */
  nameServers: string[];
  /** Named by the zone above, as its own servers tell; absent where they could not be asked. */
  parentServers?: string[];
  /** Why the resolver did not name the servers; absent where it did. */
  resolverFailure?: UnknownReason;
}

/** Why DNSSEC fails for a zone. */
export interface DnssecFailure {
  /** `resolver`: it answers only without checking. `keys`: no key of the zone matches the DS records above it. */
  proof: 'resolver' | 'keys';
  /** DS records in the zone above, as text; empty where they are not known. */
  ds: string[];
}

/** Owner, time limit and budget of a check. */
export interface CheckOptions {
  /** Ends every question of the check; what has not answered by then is `unknown`, `timeout`. */
  readonly signal: AbortSignal;
  /** Account that the sockets are charged to; 0 for the service itself. */
  readonly owner: number;
  /** Budget shared by several checks; a new one by default. */
  readonly budget?: CheckBudget;
  /**
   * Whether a recent answer of a resolver does for names outside of the registrable domain, as for the addresses of its
   * name servers; false by default.
   */
  readonly reusesAnswers?: boolean;
}

/** Opens checks, one per registrable domain that a check involves. */
export interface Dns {
  open(registrableDomain: string, options: CheckOptions): DnsCheck;
}
