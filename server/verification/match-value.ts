import { canonicalName } from '../dns/name.ts';
import { judgeKeyRecord, type KeyRecordJudgement } from '../keys/dkim-record.ts';
import type { DkimRecord, ExpectedRecord } from '../records/dns-records.ts';

/**
 * Whether these are the records that the world should see at the record's name. More than one is not: a receiver
 * may pick any of several TXT records (RFC 6376 §3.6.2.2), and some fail at once.
 */
export function matches(record: ExpectedRecord, values: readonly string[]): boolean {
  const [only, another] = values;
  return only !== undefined && another === undefined && isValidMatch(record, only);
}

/** Whether this one value is ours and may be used. */
export function isValidMatch(record: ExpectedRecord, value: string): boolean {
  switch (record.kind) {
    case 'dkim':
      return judgeValue(record, value).kind === 'ours';
    case 'cname':
    case 'return_path':
      return isSameName(value, record.value);
  }
}

/** A check judges a value for one rule after another, and a hostile one takes a millisecond to parse. */
const judged = new WeakMap<DkimRecord, Map<string, KeyRecordJudgement>>();

/** What a TXT value says about our key. It is parsed once for as long as the record is in use. */
export function judgeValue(record: DkimRecord, value: string): KeyRecordJudgement {
  const known = judged.get(record) ?? new Map<string, KeyRecordJudgement>();
  judged.set(record, known);
  const judgement = known.get(value) ?? judgeKeyRecord(value, record.publicKey);
  known.set(value, judgement);
  return judgement;
}

/** How much a value has to do with our record: 2 where it is ours, 1 where it was copied from ours, else 0. */
export function relevanceTo(record: ExpectedRecord, value: string): number {
  if (!containsOurValue(record, value)) return 0;
  return isValidMatch(record, value) ? 2 : 1;
}

/** Whether this value has ours in it in full, however it was mangled. */
function containsOurValue(record: ExpectedRecord, value: string): boolean {
  switch (record.kind) {
    case 'dkim':
      return base64In(value).includes(record.publicKey);
    case 'cname':
    case 'return_path':
      return isSameName(value, record.value) || hasZoneAppended(record, value);
  }
}

/** So many characters at either end of a key are no other's: all RSA keys of a size begin with the same 44. */
const OWN_END = 128;

/** Whether this value can only have been copied from ours, even a part of it: enough to say where it landed. */
export function isCopyOfOurs(record: ExpectedRecord, value: string): boolean {
  if (record.kind !== 'dkim') return containsOurValue(record, value);
  const text = base64In(value);
  const { publicKey } = record;
  return text.includes(publicKey.slice(0, OWN_END)) || text.includes(publicKey.slice(-OWN_END));
}

function base64In(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9+/=]/g, '');
}

/** Whether a CNAME record's target is ours with more behind it: what a form makes of a name without a dot at its end. */
export function hasZoneAppended(record: ExpectedRecord, target: string): boolean {
  return target.toLowerCase().startsWith(`${record.value.toLowerCase()}.`);
}

/** Case and a trailing dot aside. */
function isSameName(one: string, other: string): boolean {
  return canonicalName(one) === canonicalName(other);
}
