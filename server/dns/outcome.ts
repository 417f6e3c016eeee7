import type { CheckBudget } from './check-budget.ts';

/** The record types that Letterhead asks for. */
export type RecordType = 'TXT' | 'CNAME' | 'NS' | 'SOA' | 'A' | 'AAAA' | 'MX';

/**
 * Why a question ended without a definitive answer. All of these are transient: they never change `verified`.
 * `budget`: it was not asked, or its answer not read, because the check had used up what it may spend.
 */
export type UnknownReason =
  | 'timeout'
  | 'servfail'
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
  /** How many there were, where only some of them were kept. */
  total?: number;
  /** The target of the first CNAME at the name asked, where the name is an alias; else null. */
  cname: string | null;
  /** The smallest TTL of the answer, in seconds. */
  ttl: number;
  /** Of a resolver's alias to nowhere: for how many seconds it may remember that there is nothing. */
  negativeTtl?: number;
}

/** NXDOMAIN or NODATA from a server entitled to say so. */
export interface Absent {
  kind: 'absent';
  reason: 'nxdomain' | 'nodata';
  /** For how many seconds a resolver may remember it (RFC 2308 §5); null where no SOA came along. */
  negativeTtl: number | null;
}

/** Nothing definitive. */
export interface Unknown {
  kind: 'unknown';
  reason: UnknownReason;
}

/** What one authority answered to one question. */
export interface Observation {
  name: string;
  /** Empty where the resolver knows no address of that name: `unreachable`, or why it could not tell. */
  address: string;
  outcome: Outcome | { kind: 'not-asked'; why: 'address-not-public' };
  /** How long it took; 0 for a server that was silent before in this check, and is not waited for again. */
  ms: number;
}

/** What all authorities of a name said, first-hand. */
export interface Survey {
  /** The zone that the name lies in, as its servers see it (the last zone cut passed); null where none was found. */
  zone: string | null;
  observations: Observation[];
}

/** The name servers' side of one check: what they said is remembered for as long as the check lasts. */
export interface DnsCheck {
  /**
   * Whether the registrable domain exists, and whose name servers answer for it: the resolver's word,
   * asked about NS and addresses only.
   */
  delegation(): Promise<Delegation>;
  /** Asks every authority of `name`, following referrals. Never throws for what DNS does. */
  askAuthorities(name: string, type: RecordType): Promise<Survey>;
  /**
   * Asks the configured resolvers, which follow aliases; the outcome is the first definitive one. An alias to
   * nowhere is `present` with `cname` and no values. Never throws for what DNS does.
   */
  askResolver(name: string, type: RecordType): Promise<Outcome>;
  /** The same check, with the same memory, whose questions are paid from the budget's part for advice. */
  forAdvice(): DnsCheck;
}

/** Who answers for the zone that holds the registrable domain. */
export type Delegation =
  | { kind: 'found'; zone: string; nameServers: string[] }
  | { kind: 'no-such-domain' }
  | { kind: 'unknown'; reason: UnknownReason | 'resolver-unreachable' };

/** For whom a check asks, for how long, and how much. */
export interface CheckOptions {
  /** Ends every question of the check; what has not answered by then is `unknown`, `timeout`. */
  readonly signal: AbortSignal;
  /** The account that shares the sockets with others in turn; 0: the service itself. */
  readonly owner: number;
  /** A budget that several checks share; one of its own where not given. */
  readonly budget?: CheckBudget;
}

/** Where checks come from: one for each registrable domain that a check has to do with. */
export interface Dns {
  open(registrableDomain: string, options: CheckOptions): DnsCheck;
}
