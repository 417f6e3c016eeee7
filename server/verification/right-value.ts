import { judgeKeyRecord } from '../dkim/dkim-record.ts';
import { canonicalName } from '../dns/name.ts';
import type { PublishedRecord } from './published-record.ts';

/**
 * Whether these are the records that the world should see at the record's name. More than one is not: a receiver
 * may pick any of several TXT records (RFC 6376 §3.6.2.2), and some fail at once.
 */
export function isRight(record: PublishedRecord, values: readonly string[]): boolean {
  const [only, another] = values;
  return only !== undefined && another === undefined && isOurs(record, only);
}

/** Whether this one value is ours and may be used. */
export function isOurs(record: PublishedRecord, value: string): boolean {
  switch (record.key) {
    case 'dkim':
      return judgeKeyRecord(value, record.publicKey).kind === 'ours';
    case 'return_path':
      return isSameName(value, record.value);
  }
}

/** Whether this value can only have been copied from ours, however it was mangled: enough to say where it landed. */
export function isCopiedFromOurs(record: PublishedRecord, value: string): boolean {
  switch (record.key) {
    case 'dkim':
      return value.replaceAll(/[^A-Za-z0-9+/=]/g, '').includes(record.publicKey);
    case 'return_path':
      return isSameName(value, record.value);
  }
}

/** Case and a trailing dot aside. */
export function isSameName(one: string, other: string): boolean {
  return canonicalName(one) === canonicalName(other);
}
