import type { Action, DiagnosisCode, RecordDiagnosis } from '@letterhead/shared';
import type { DnssecFailure } from '../../dns/outcome.ts';
import type { Pitfall } from '../../keys/dkim-record.ts';
import type { KeyDamage } from '../../keys/key-damage.ts';
import type { RuleInput } from './rule-input.ts';

/**
 * What a check found out about a record, as data. Programs read this; words/ makes the sentences from it, and from
 * nothing else.
 */
export type Finding<Code extends FoundCode = FoundCode> = Facts<Code> & {
  readonly code: Code;
  /** Name servers whose answers it is made from; none where the resolver answered for them. */
  readonly servers: readonly string[];
  /** What else was seen, in the order in which it is told. */
  readonly notes: readonly Note[];
};

/** What a check can find: without one, it is NOT_CHECKED. */
export type FoundCode = Exclude<DiagnosisCode, 'NOT_CHECKED'>;

/** What a check says of a record, whatever was known before. `unknown`: nothing, it is transient. */
export type RecordVerdict = Exclude<RecordDiagnosis['state'], 'unchecked'>;

/** How a code is found, and what it says of the record. */
export interface Rule<Code extends FoundCode> {
  readonly verdict: RecordVerdict;
  /** Null: the rule does not apply. */
  readonly find: (input: RuleInput) => Facts<Code> | null;
}

export function rule<Code extends FoundCode>(verdict: RecordVerdict, find: Rule<Code>['find']): Rule<Code> {
  return { verdict, find };
}

export type Facts<Code extends FoundCode> = FactsByCode[Code] & {
  /** What puts it right; null where nothing in the DNS has to be changed. */
  readonly action: Action | null;
  /** The name where the record landed instead of its own. */
  readonly foundAt?: string | undefined;
  /** What was found, where that is not simply what was answered at the record's name. */
  readonly found?: readonly string[] | undefined;
  /** When it will pass by itself. */
  readonly clearsAt?: Date | null | undefined;
};

/** What the words of a code are made from, beside the record. A code that is not named here needs nothing. */
interface FactsByCode extends Record<FoundCode, object> {
  DNS_TIMEOUT: TransientFacts;
  DNS_SERVFAIL: TransientFacts;
  DNS_REFUSED: TransientFacts;
  DNS_LAME: TransientFacts;
  /** Whether it is the key zone's servers that don't answer. */
  RESOLVER_UNREACHABLE: { readonly ofKeyZone: boolean };
  DNSSEC_BROKEN: {
    readonly proof: DnssecFailure['proof'];
    /** `zone`: all of it fails. `record`: the record's name does. `alias`: what it is an alias of. */
    readonly at: 'zone' | 'record' | 'alias';
    /** The zone or name that fails. */
    readonly name: string;
    /** The zone of the record, if it is delegated below the registrable domain: its DS records are in the zone above. */
    readonly delegated: string | null;
    /** Whether the name servers themselves have our record; null where they said nothing. */
    readonly isThere: boolean | null;
  };
  DELEGATION_DIFFERS: Delegated & { readonly without: readonly string[] };
  TARGET_MISSING: { readonly without: readonly string[] };
  TARGET_STALE: { readonly without: readonly string[] };
  RESOLVER_FAILS: { readonly reason: 'servfail' | 'refused' };
  NAMESERVERS_DISAGREE: { readonly without: readonly string[] };
  OK: { readonly seenBy: 'authority' | 'resolver'; readonly resolverDiffers: boolean };
  KEY_RESTRICTED: { readonly tag: 'h' | 'k' | 's'; readonly tagValue: string };
  TXT_SPLIT_INTO_RECORDS: { readonly count: number };
  MULTIPLE_RECORDS: {
    readonly others: number;
    /** How another one differs from ours that says the same; null where none does. */
    readonly copies: 'same-text' | 'white-space' | null;
  };
  ESCAPED_SEMICOLON: { readonly place: 'before-semicolon' | 'end' | 'elsewhere' };
  /** Counts of base64 characters. */
  KEY_TRUNCATED: { readonly length: number; readonly fullLength: number };
  KEY_DAMAGED: { readonly damage: KeyDamage; readonly length: number; readonly fullLength: number };
  BAD_SYNTAX: { readonly problem: string };
  /** `targets`: of each server that has another one. `isRenamed`: a DNAME record above the name makes it point there. */
  CNAME_WRONG_TARGET: {
    readonly targets: readonly string[];
    readonly zoneAppended: boolean;
    readonly isRenamed: boolean;
  };
  CNAME_FLATTENED: { readonly types: readonly string[] };
  WRONG_TYPE:
    | {
        /** What the name is an alias of, by each server that has another one. */
        readonly aliases: readonly string[];
        /** Whether a DNAME record above the name makes it one. */
        readonly isRenamed: boolean;
        readonly circular: boolean;
        readonly endless: boolean;
      }
    | { readonly aliases: null; readonly types: readonly string[] };
  RECORD_MISSING: {
    /** The zone, if the name is delegated below the registrable domain: what the zone above has for it is hidden. */
    readonly delegated: string | null;
  };
}

/** Name servers by who names them. */
export interface Delegated {
  readonly parent: readonly string[];
  readonly child: readonly string[];
  /** The zone, if it is delegated below the registrable domain: its parent is a zone, and no registrar. */
  readonly delegated?: string;
  /** `child` are those that the zone named before: what it names now is the same as its parent does. */
  readonly isOutdated?: true;
}

/** Nothing definitive was heard. */
export interface TransientFacts {
  /** The servers that failed in the way of the code; none where none of them could be asked. */
  readonly failures: readonly Failure[];
  /** What the resolver was asked instead. */
  readonly resolverQuestion: 'name-servers' | 'record';
  /** Whether the servers are named by their zone alone, and not by the zone above. */
  readonly areOfZoneAlone: boolean;
  /** Whether it was the check's own budget that ended. */
  readonly isBudget: boolean;
  /** What the record is an alias of, where that kept the answer from being known. */
  readonly alias: string | null;
  /** The zone, if the servers are those of a delegation below the registrable domain. */
  readonly delegated: string | null;
}

/** Servers that failed in the same way. */
export interface Failure {
  readonly code: ServerCode;
  readonly isBudget: boolean;
  /** Whether the resolver gave no address of theirs, so that they were not asked. */
  readonly isWithoutAddress?: boolean;
  /** Whether the answer was too long for UDP, and they gave none over TCP. */
  readonly isOverTcp?: boolean;
  readonly names: readonly string[];
}

export type ServerCode = Extract<FoundCode, `DNS_${string}`>;

/** What else was seen, which the code does not tell. */
export type Note =
  | {
      readonly kind:
        | 'negative-cached'
        | 'test-mode'
        | 'from-wildcard'
        | 'servers-disagree'
        | 'budget-ended'
        | 'through-dname';
    }
  | { readonly kind: 'pitfall'; readonly pitfall: Pitfall }
  | { readonly kind: 'also-at' | 'addresses-differ'; readonly names: readonly string[] }
  | { readonly kind: 'not-all-judged'; readonly total: number; readonly judged: number }
  | ({ readonly kind: 'delegation-differs' } & Delegated)
  | { readonly kind: 'servers-failed'; readonly failure: Failure }
  | { readonly kind: 'servers-not-asked'; readonly names: readonly string[] };
