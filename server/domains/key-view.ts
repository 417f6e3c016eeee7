import type { Delegation, Key } from '@letterhead/shared';
import { toDate } from '../instant.ts';
import { keyFingerprint } from '../keys/key-fingerprint.ts';
import { dkimHostname, keyZoneName } from '../records/record-names.ts';
import { activeKeyOf, pendingKeyOf } from '../records/record-states.ts';
import type { DomainRow, KeyRow } from '../store/interface/domain-row.ts';

/** The keys of a domain as callers see them, in order of creation. */
export function toKeys(row: DomainRow): Key[] {
  return row.keys.map((key) => toKey(row, key));
}

/** A key as callers see it, and nothing of the private key. */
export function toKey({ id: domain_id }: DomainRow, key: KeyRow): Key {
  return {
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
  };
}

/** Where the keys of a domain are published, as callers see it. */
export function toDelegation(row: DomainRow): Delegation {
  const { delegation, subdomain } = row;
  const active = activeKeyOf(row).published_as;
  const pending = pendingKeyOf(row)?.published_as ?? active;
  return {
    delegated: active === 'cname',
    pending: pending === active ? null : pending === 'cname',
    names:
      delegation?.selectors.map((selector) => ({
        hostname: dkimHostname(selector, subdomain),
        value: keyZoneName(selector, delegation),
      })) ?? [],
  };
}
