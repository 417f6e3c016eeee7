import { DIAGNOSIS_CODES, type RecordDiagnosis } from '@letterhead/shared';
import { DOMAIN_NOT_FOUND, RECORD_MISSING, WILDCARD_ANSWER } from './absent.ts';
import { additionalNotes } from './additional-notes.ts';
import { KEY_MISMATCH, NAMESERVERS_DISAGREE, NEGATIVE_CACHED, OK, TEST_MODE } from './correct-record.ts';
import { DELEGATION_DIFFERS } from './delegation-differs.ts';
import type { Facts, Finding, FoundCode, Rule } from './finding.ts';
import {
  BAD_SYNTAX,
  ESCAPED_SEMICOLON,
  KEY_DAMAGED,
  KEY_RESTRICTED,
  KEY_REVOKED,
  KEY_TRUNCATED,
  OTHER_KEY,
  PREVIOUS_KEY,
  QUOTES_IN_VALUE,
} from './key-value.ts';
import { SECOND_NAME_MISSING, TARGET_MISSING, TARGET_STALE } from './key-zone-target.ts';
import { MULTIPLE_RECORDS, TXT_SPLIT_INTO_RECORDS } from './multiple-records.ts';
import { DNSSEC_BROKEN, RESOLVER_FAILS } from './resolver-failures.ts';
import { answeringServers, type RuleInput } from './rule-input.ts';
import {
  DNS_LAME,
  DNS_REFUSED,
  DNS_SERVFAIL,
  DNS_TIMEOUT,
  RESOLVER_UNREACHABLE,
} from './transient-failures.ts';
import { HOST_DOUBLED, WRONG_HOST } from './wrong-host.ts';
import { CNAME_FLATTENED, CNAME_WRONG_TARGET, WRONG_TYPE } from './wrong-type.ts';

/** What a check says of a record, whatever was known before. `unknown`: nothing, it is transient. */
export type RecordVerdict = Exclude<RecordDiagnosis['state'], 'unchecked'>;

/** The verdict of each code, and the rule that finds it. `DIAGNOSES` has their severity and precedence. */
export const CODES: {
  readonly [Code in FoundCode]: { readonly verdict: RecordVerdict; readonly rule: Rule<Code> };
} = {
  DNS_TIMEOUT: { verdict: 'unknown', rule: DNS_TIMEOUT },
  DNS_SERVFAIL: { verdict: 'unknown', rule: DNS_SERVFAIL },
  DNS_REFUSED: { verdict: 'unknown', rule: DNS_REFUSED },
  DNS_LAME: { verdict: 'unknown', rule: DNS_LAME },
  RESOLVER_UNREACHABLE: { verdict: 'unknown', rule: RESOLVER_UNREACHABLE },
  DNSSEC_BROKEN: { verdict: 'unknown', rule: DNSSEC_BROKEN },
  DOMAIN_NOT_FOUND: { verdict: 'missing', rule: DOMAIN_NOT_FOUND },
  KEY_MISMATCH: { verdict: 'invalid', rule: KEY_MISMATCH },
  TARGET_MISSING: { verdict: 'invalid', rule: TARGET_MISSING },
  TARGET_STALE: { verdict: 'invalid', rule: TARGET_STALE },
  DELEGATION_DIFFERS: { verdict: 'valid', rule: DELEGATION_DIFFERS },
  RESOLVER_FAILS: { verdict: 'valid', rule: RESOLVER_FAILS },
  NAMESERVERS_DISAGREE: { verdict: 'valid', rule: NAMESERVERS_DISAGREE },
  NEGATIVE_CACHED: { verdict: 'valid', rule: NEGATIVE_CACHED },
  TEST_MODE: { verdict: 'valid', rule: TEST_MODE },
  OK: { verdict: 'valid', rule: OK },
  KEY_RESTRICTED: { verdict: 'invalid', rule: KEY_RESTRICTED },
  TXT_SPLIT_INTO_RECORDS: { verdict: 'invalid', rule: TXT_SPLIT_INTO_RECORDS },
  MULTIPLE_RECORDS: { verdict: 'invalid', rule: MULTIPLE_RECORDS },
  QUOTES_IN_VALUE: { verdict: 'invalid', rule: QUOTES_IN_VALUE },
  ESCAPED_SEMICOLON: { verdict: 'invalid', rule: ESCAPED_SEMICOLON },
  KEY_TRUNCATED: { verdict: 'invalid', rule: KEY_TRUNCATED },
  PREVIOUS_KEY: { verdict: 'invalid', rule: PREVIOUS_KEY },
  KEY_REVOKED: { verdict: 'invalid', rule: KEY_REVOKED },
  WILDCARD_ANSWER: { verdict: 'invalid', rule: WILDCARD_ANSWER },
  KEY_DAMAGED: { verdict: 'invalid', rule: KEY_DAMAGED },
  OTHER_KEY: { verdict: 'invalid', rule: OTHER_KEY },
  BAD_SYNTAX: { verdict: 'invalid', rule: BAD_SYNTAX },
  HOST_DOUBLED: { verdict: 'missing', rule: HOST_DOUBLED },
  WRONG_HOST: { verdict: 'missing', rule: WRONG_HOST },
  CNAME_WRONG_TARGET: { verdict: 'invalid', rule: CNAME_WRONG_TARGET },
  CNAME_FLATTENED: { verdict: 'invalid', rule: CNAME_FLATTENED },
  WRONG_TYPE: { verdict: 'invalid', rule: WRONG_TYPE },
  SECOND_NAME_MISSING: { verdict: 'missing', rule: SECOND_NAME_MISSING },
  RECORD_MISSING: { verdict: 'missing', rule: RECORD_MISSING },
};

/** Whether a code says nothing about the record: what was known before still holds. */
export function isTransient(code: FoundCode): boolean {
  return CODES[code].verdict === 'unknown';
}

/** What the first rule that applies has found. */
export function findCode(input: RuleInput): Finding {
  for (const code of DIAGNOSIS_CODES) {
    const finding = code === 'NOT_CHECKED' ? null : apply(code, input);
    if (finding !== null) return finding;
  }
  return toFinding('RECORD_MISSING', RECORD_MISSING(input), input);
}

function apply<Code extends FoundCode>(code: Code, input: RuleInput): Finding<Code> | null {
  const facts = CODES[code].rule(input);
  return facts === null ? null : toFinding(code, facts, input);
}

function toFinding<Code extends FoundCode>(code: Code, facts: Facts<Code>, input: RuleInput): Finding<Code> {
  const servers = answeringServers(input);
  return Object.assign({ code, servers, notes: additionalNotes(input, code) }, facts);
}
