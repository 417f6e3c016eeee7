import { DIAGNOSIS_CODES, type RecordDiagnosis, type Severity } from '@letterhead/shared';
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

interface Meaning {
  readonly severity: Severity;
  readonly verdict: RecordVerdict;
}

const UNKNOWN: Meaning = { severity: 'warning', verdict: 'unknown' };
const MISSING: Meaning = { severity: 'error', verdict: 'missing' };
const INVALID: Meaning = { severity: 'error', verdict: 'invalid' };

/** What each code means, and the rule that finds it. `DIAGNOSIS_CODES` has their precedence. */
export const CODES: { readonly [Code in FoundCode]: Meaning & { readonly rule: Rule<Code> } } = {
  DNS_TIMEOUT: { ...UNKNOWN, rule: DNS_TIMEOUT },
  DNS_SERVFAIL: { ...UNKNOWN, rule: DNS_SERVFAIL },
  DNS_REFUSED: { ...UNKNOWN, rule: DNS_REFUSED },
  DNS_LAME: { ...UNKNOWN, rule: DNS_LAME },
  RESOLVER_UNREACHABLE: { ...UNKNOWN, rule: RESOLVER_UNREACHABLE },
  DNSSEC_BROKEN: { ...UNKNOWN, rule: DNSSEC_BROKEN },
  DOMAIN_NOT_FOUND: { ...MISSING, rule: DOMAIN_NOT_FOUND },
  KEY_MISMATCH: { ...INVALID, rule: KEY_MISMATCH },
  DELEGATION_DIFFERS: { severity: 'warning', verdict: 'valid', rule: DELEGATION_DIFFERS },
  RESOLVER_FAILS: { severity: 'warning', verdict: 'valid', rule: RESOLVER_FAILS },
  NAMESERVERS_DISAGREE: { severity: 'warning', verdict: 'valid', rule: NAMESERVERS_DISAGREE },
  NEGATIVE_CACHED: { severity: 'info', verdict: 'valid', rule: NEGATIVE_CACHED },
  TEST_MODE: { severity: 'warning', verdict: 'valid', rule: TEST_MODE },
  OK: { severity: 'ok', verdict: 'valid', rule: OK },
  KEY_RESTRICTED: { ...INVALID, rule: KEY_RESTRICTED },
  TXT_SPLIT_INTO_RECORDS: { ...INVALID, rule: TXT_SPLIT_INTO_RECORDS },
  MULTIPLE_RECORDS: { ...INVALID, rule: MULTIPLE_RECORDS },
  QUOTES_IN_VALUE: { ...INVALID, rule: QUOTES_IN_VALUE },
  ESCAPED_SEMICOLON: { ...INVALID, rule: ESCAPED_SEMICOLON },
  KEY_TRUNCATED: { ...INVALID, rule: KEY_TRUNCATED },
  PREVIOUS_KEY: { ...INVALID, rule: PREVIOUS_KEY },
  KEY_REVOKED: { ...INVALID, rule: KEY_REVOKED },
  WILDCARD_ANSWER: { ...INVALID, rule: WILDCARD_ANSWER },
  KEY_DAMAGED: { ...INVALID, rule: KEY_DAMAGED },
  OTHER_KEY: { ...INVALID, rule: OTHER_KEY },
  BAD_SYNTAX: { ...INVALID, rule: BAD_SYNTAX },
  HOST_DOUBLED: { ...MISSING, rule: HOST_DOUBLED },
  WRONG_HOST: { ...MISSING, rule: WRONG_HOST },
  CNAME_WRONG_TARGET: { ...INVALID, rule: CNAME_WRONG_TARGET },
  CNAME_FLATTENED: { ...INVALID, rule: CNAME_FLATTENED },
  WRONG_TYPE: { ...INVALID, rule: WRONG_TYPE },
  RECORD_MISSING: { ...MISSING, rule: RECORD_MISSING },
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
