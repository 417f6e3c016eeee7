import { DIAGNOSIS_CODES, type DiagnosisCode, type Severity } from '@letterhead/shared';
import { additionalNotes } from './additional-notes.ts';
import { NAMESERVERS_DISAGREE, NEGATIVE_CACHED, OK, TEST_MODE } from './correct-record.ts';
import { DOMAIN_NOT_FOUND } from './domain-not-found.ts';
import {
  BAD_SYNTAX,
  ESCAPED_SEMICOLON,
  KEY_RESTRICTED,
  KEY_REVOKED,
  KEY_TRUNCATED,
  OTHER_KEY,
  PREVIOUS_KEY,
  QUOTES_IN_VALUE,
} from './key-value.ts';
import { RECORD_MISSING } from './missing.ts';
import { MULTIPLE_RECORDS, TXT_SPLIT_INTO_RECORDS } from './multiple-records.ts';
import type { Finding, Rule, RuleInput } from './rule-input.ts';
import {
  DNS_LAME,
  DNS_REFUSED,
  DNS_SERVFAIL,
  DNS_TIMEOUT,
  RESOLVER_UNREACHABLE,
} from './transient-failures.ts';
import { WILDCARD_ANSWER } from './wildcard.ts';
import { isTooLongToFollow, putRight } from './words.ts';
import { HOST_DOUBLED, WRONG_HOST } from './wrong-host.ts';
import { CNAME_FLATTENED, CNAME_WRONG_TARGET, WRONG_TYPE } from './wrong-type.ts';

/** What a check can find: without one, it is NOT_CHECKED. */
export type FoundCode = Exclude<DiagnosisCode, 'NOT_CHECKED'>;

/** Each code's rule. `DIAGNOSIS_CODES` has their precedence: the first that applies is the one given. */
const RULES: Record<FoundCode, Rule> = {
  DNS_TIMEOUT,
  DNS_SERVFAIL,
  DNS_REFUSED,
  DNS_LAME,
  RESOLVER_UNREACHABLE,
  DOMAIN_NOT_FOUND,
  NAMESERVERS_DISAGREE,
  NEGATIVE_CACHED,
  TEST_MODE,
  OK,
  KEY_RESTRICTED,
  TXT_SPLIT_INTO_RECORDS,
  MULTIPLE_RECORDS,
  QUOTES_IN_VALUE,
  ESCAPED_SEMICOLON,
  KEY_TRUNCATED,
  PREVIOUS_KEY,
  KEY_REVOKED,
  WILDCARD_ANSWER,
  OTHER_KEY,
  BAD_SYNTAX,
  HOST_DOUBLED,
  WRONG_HOST,
  CNAME_WRONG_TARGET,
  CNAME_FLATTENED,
  WRONG_TYPE,
  RECORD_MISSING,
};

/** What a code says of the record, whatever was known before. `unknown`: nothing, it is transient. */
export type Standing = 'right' | 'missing' | 'invalid' | 'unknown';

interface Meaning {
  readonly severity: Severity;
  readonly standing: Standing;
}

const UNKNOWN: Meaning = { severity: 'warning', standing: 'unknown' };
const MISSING: Meaning = { severity: 'error', standing: 'missing' };
const INVALID: Meaning = { severity: 'error', standing: 'invalid' };

export const MEANINGS: Record<FoundCode, Meaning> = {
  DNS_TIMEOUT: UNKNOWN,
  DNS_SERVFAIL: UNKNOWN,
  DNS_REFUSED: UNKNOWN,
  DNS_LAME: UNKNOWN,
  RESOLVER_UNREACHABLE: UNKNOWN,
  DOMAIN_NOT_FOUND: MISSING,
  NAMESERVERS_DISAGREE: { severity: 'warning', standing: 'right' },
  NEGATIVE_CACHED: { severity: 'info', standing: 'right' },
  TEST_MODE: { severity: 'warning', standing: 'right' },
  OK: { severity: 'ok', standing: 'right' },
  KEY_RESTRICTED: INVALID,
  TXT_SPLIT_INTO_RECORDS: INVALID,
  MULTIPLE_RECORDS: INVALID,
  QUOTES_IN_VALUE: INVALID,
  ESCAPED_SEMICOLON: INVALID,
  KEY_TRUNCATED: INVALID,
  PREVIOUS_KEY: INVALID,
  KEY_REVOKED: INVALID,
  WILDCARD_ANSWER: INVALID,
  OTHER_KEY: INVALID,
  BAD_SYNTAX: INVALID,
  HOST_DOUBLED: MISSING,
  WRONG_HOST: MISSING,
  CNAME_WRONG_TARGET: INVALID,
  CNAME_FLATTENED: INVALID,
  WRONG_TYPE: INVALID,
  RECORD_MISSING: MISSING,
};

export interface CodedFinding extends Finding {
  readonly code: FoundCode;
}

/** The first rule that applies. */
export function findCode(input: RuleInput): CodedFinding {
  for (const code of DIAGNOSIS_CODES) {
    if (code === 'NOT_CHECKED') continue;
    const finding = RULES[code](input);
    if (finding !== null) return withNotes(input, code, finding);
  }
  return withNotes(input, 'RECORD_MISSING', RECORD_MISSING(input));
}

function withNotes(input: RuleInput, code: FoundCode, finding: Finding): CodedFinding {
  const { fix } = finding;
  return {
    ...finding,
    code,
    detail: [finding.detail, ...additionalNotes(input, code)].join(' '),
    fix: fix !== null && isTooLongToFollow(fix) ? putRight(input) : fix,
  };
}
