import type { Actor, EventType } from '@letterhead/shared';
import type { Instant } from '../instant.ts';
import type { DomainRow } from './interface/domain-row.ts';
import type { NewEvent } from './interface/events.ts';

/** Who makes a change, and when. */
export interface Cause {
  readonly actor: Actor;
  readonly at: Instant;
}

/** The event of a change to a domain. */
export function domainEvent(
  type: EventType,
  { id, domain }: Pick<DomainRow, 'id' | 'domain'>,
  { actor, at }: Cause,
  changes: NewEvent['changes'],
): NewEvent {
  return { type, domain: { id, name: domain }, actor, at, changes };
}
