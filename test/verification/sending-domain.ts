import { generateKeyPairSync } from 'node:crypto';
import type { DomainRow, RecordState } from '../../server/store/store.ts';

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

/** A domain as the store keeps it, not verified yet; without a Return-Path unless it is given. */
export function sendingDomain(changes: Partial<DomainRow> = {}): DomainRow {
  return {
    id: 7,
    account_id: 1,
    domain: 'example.org',
    subdomain: null,
    selector: SELECTOR,
    public_key: OUR_KEY,
    private_key: 'sealed',
    dkim: NOT_VERIFIED,
    return_path: null,
    previous_keys: [],
    checks: null,
    created_at: CREATED,
    updated_at: CREATED,
    ...changes,
  };
}

export const NOT_VERIFIED: RecordState = { verified: false, degraded: false, since: CREATED };
export const VERIFIED: RecordState = { verified: true, degraded: false, since: CREATED };
