import { generateKeyPairSync } from 'node:crypto';
import { identityFields, withRecords } from '../../server/records/record-states.ts';
import type { Delegation, DomainRow, RecordState } from '../../server/store/interface/domain-row.ts';

export const CREATED = '2026-01-01T00:00:00Z';
export const SELECTOR = 'abc12def345';

/** DER SubjectPublicKeyInfo, base64. */
export const OUR_KEY = newPublicKey();
export const ANOTHER_KEY = newPublicKey();

/** Of `bits` bits. */
export function newPublicKey(bits = 2048): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** What differs from a domain that was just made. */
export interface SendingDomainOptions extends Partial<DomainRow> {
  readonly selector?: string;
  readonly public_key?: string;
  readonly dkim?: RecordState;
  readonly return_path?: RecordState;
}

/** A domain as the store gives it, not verified yet; without a Return-Path unless it is given. */
export function sendingDomain(options: SendingDomainOptions = {}): DomainRow {
  const { selector = SELECTOR, public_key = OUR_KEY, dkim = NOT_VERIFIED, return_path, ...changes } = options;
  const records: RecordState[] = [{ ...dkim, selector }];
  if (return_path !== undefined)
    records.push({ ...return_path, id: 'return_path', kind: 'return_path', selector });
  const { keys } = identityFields(
    {
      keyId: 1,
      selector,
      publishedAs: 'txt',
      publicKey: public_key,
      bits: 2048,
      privateKey: 'sealed',
      usableAt: CREATED,
      returnPath: null,
      delegation: null,
    },
    CREATED,
  );
  const row: DomainRow = {
    id: 7,
    account_id: 1,
    domain: 'example.org',
    subdomain: null,
    verified: false,
    keys,
    last_key_id: 1,
    delegation: null,
    records: [],
    previous_keys: [],
    checks: null,
    created_at: CREATED,
    updated_at: CREATED,
  };
  return { ...withRecords(row, records), ...changes };
}

/** What differs where its key is in the key zone, at the first of these names. */
export function delegatedFields(
  delegation: Delegation,
): Pick<DomainRow, 'keys' | 'records' | 'delegation' | 'verified' | 'last_key_id'> {
  const [selector] = delegation.selectors;
  const key = { keyId: 1, selector, publicKey: OUR_KEY, bits: 2048, privateKey: 'sealed', usableAt: CREATED };
  return identityFields({ ...key, publishedAs: 'cname', returnPath: null, delegation }, CREATED);
}

export const NOT_VERIFIED: RecordState = {
  id: 'dkim:1',
  kind: 'dkim',
  selector: SELECTOR,
  target: null,
  verified: false,
  degraded: false,
  since: CREATED,
  wrong_since: null,
};
export const VERIFIED: RecordState = { ...NOT_VERIFIED, verified: true };
