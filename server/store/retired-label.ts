import type { Instant } from '../instant.ts';
import type { DomainRow } from './interface/domain-row.ts';
import type { RetiredLabel } from './interface/key-zone.ts';

/** What the key zone has of a domain that is no more, or has another name; null: nothing. */
export function retiredLabelOf(
  { delegation, keys }: Pick<DomainRow, 'delegation' | 'keys'>,
  now: Instant,
): RetiredLabel | null {
  if (delegation === null) return null;
  const keyAt = (at: string) =>
    keys.find((key) => key.published_as === 'cname' && key.selector === at && key.state !== 'revoked');
  const [first, second] = delegation.selectors;
  const published = [keyAt(first)?.public_key ?? null, keyAt(second)?.public_key ?? null] as const;
  return { ...delegation, keys: published, retired_at: now };
}
