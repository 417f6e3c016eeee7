import type { Key } from '@letterhead/shared';
import { toDate } from '../instant.ts';
import { keyFingerprint } from '../keys/key-fingerprint.ts';
import type { DomainRow } from '../store/store.ts';

/** The keys of a domain as callers see them, in order of creation, and nothing of the private keys. */
export function toKeys({ id: domain_id, keys }: DomainRow): Key[] {
  return keys.map((key) => ({
    id: key.id,
    domain_id,
    selector: key.selector,
    algorithm: key.algorithm,
    bits: key.bits,
    state: key.state,
    published_as: key.published_as,
    created_at: new Date(key.created_at),
    activated_at: toDate(key.activated_at),
    retires_at: toDate(key.retires_at),
    fingerprint: keyFingerprint(key.public_key),
  }));
}
