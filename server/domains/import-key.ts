import { invalidField } from '@letterhead/shared';
import { type ParsedKey, parsePrivateKey } from '../keys/private-key.ts';
import { hasNumbersOf, isKeyPair } from '../keys/prove-key.ts';
import type { RandomSource } from '../random.ts';
import { dnsRecordsOf } from '../records/dns-records.ts';
import { isTooLong } from '../records/record-names.ts';
import { activeKeyOf, recordIdOf } from '../records/record-states.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { CheckEvidence } from '../verification/evidence.ts';
import { judge } from '../verification/verdict.ts';

/** A key that others may break before long. */
const WEAK_BITS = 2_048;

/**
 * Parses a private key that somebody brings, and tries it out. Rejects with `invalid`, before it is tried out, where its
 * numbers are not those of a key: with larger ones it would sign as well, and take thirty times as long.
 */
export async function readImportedKey(text: string, random: RandomSource): Promise<ParsedKey> {
  const key = parsePrivateKey(text);
  if (typeof key === 'string') throw invalidField('private_key', key);
  if (!hasNumbersOf(key.privateKey, key.publicKey))
    throw invalidField(
      'private_key',
      'The key is damaged, or it has more than two primes: its numbers don’t belong together. Create a new one for this domain.',
    );
  if (await isKeyPair(key.privateKey, key.publicKey, random)) return key;
  throw invalidField(
    'private_key',
    'The key is damaged: what it signs does not verify with its own public key.',
  );
}

/** Sentences about what is not as it should be with an imported key. */
export function warningsOf({ bits }: ParsedKey, isProved: boolean): string[] {
  return [
    ...(bits < WEAK_BITS
      ? [`The key has ${bits} bits. Receivers still take it, but a key of 2048 bits is safer: rotate it.`]
      : []),
    ...(isProved
      ? []
      : ['The key was not looked for in the DNS: the domain is verified once a check finds it.']),
  ];
}

/** Throws `invalid` where a name in the DNS can't be as long as the record's. */
export function refuseLongSelector(row: DomainRow): void {
  const [record] = dnsRecordsOf(row);
  if (record === undefined || !isTooLong(record.fqdn)) return;
  throw invalidField(
    'selector',
    `${record.fqdn} is longer than a name in the DNS can be. Choose a shorter selector.`,
  );
}

/** Throws `invalid`, with what was seen instead, unless a check of the DNS has found the row's key. */
export function refuseUnproved(row: DomainRow, evidence: CheckEvidence): void {
  const judgement = judge(row, evidence.records)[recordIdOf(activeKeyOf(row))];
  if (judgement?.verdict === 'valid') return;
  const [record] = dnsRecordsOf(row);
  // What the diagnosis says of an unknown is about the checks to come, of which there are none.
  if (judgement?.verdict === 'unknown') {
    throw invalidField(
      'selector',
      `The DNS could not be asked for this key at ${record?.fqdn}. ${judgement.record.title}. Try again later.`,
    );
  }
  const seen = judgement === undefined ? '' : ` ${judgement.record.title}: ${judgement.record.detail}`;
  throw invalidField('selector', `The DNS doesn’t have this key at ${record?.fqdn}.${seen}`);
}
