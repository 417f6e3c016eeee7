import type { EndingCheck } from './interface/checks.ts';
import type { DomainRow } from './interface/domain-row.ts';

/** Whether the domain has another key by now, or a check that began later has ended. */
export function isDropped({ keys, checks }: DomainRow, { selector, began }: EndingCheck): boolean {
  return !keys.some((key) => key.selector === selector) || (checks?.began_at ?? began) > began;
}
