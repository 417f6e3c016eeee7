import { DIAGNOSIS_CODES } from '@letterhead/shared';
import * as absent from './absent.ts';
import { additionalNotes } from './additional-notes.ts';
import * as correctRecord from './correct-record.ts';
import * as delegationDiffers from './delegation-differs.ts';
import type { Finding, FoundCode, Rule } from './finding.ts';
import * as keyValue from './key-value.ts';
import * as keyZoneTarget from './key-zone-target.ts';
import * as multipleRecords from './multiple-records.ts';
import * as resolverFailures from './resolver-failures.ts';
import { answeringServers, type RuleInput } from './rule-input.ts';
import * as transientFailures from './transient-failures.ts';
import * as wrongHost from './wrong-host.ts';
import * as wrongType from './wrong-type.ts';

/** The rule of each code, which is named as the code. `DIAGNOSES` has their severity and precedence. */
export const CODES: { readonly [Code in FoundCode]: Rule<Code> } = {
  ...absent,
  ...correctRecord,
  ...delegationDiffers,
  ...keyValue,
  ...keyZoneTarget,
  ...multipleRecords,
  ...resolverFailures,
  ...transientFailures,
  ...wrongHost,
  ...wrongType,
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
  throw new Error('RECORD_MISSING, the last of the codes, applies to everything.');
}

function apply<Code extends FoundCode>(code: Code, input: RuleInput): Finding<Code> | null {
  const facts = CODES[code].find(input);
  if (facts === null) return null;
  const servers = answeringServers(input);
  return Object.assign({ code, servers, notes: additionalNotes(input, code) }, facts);
}
