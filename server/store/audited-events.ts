import type { EventType } from '@letterhead/shared';

const AUDITED = ['account.', 'token.', 'share.', 'key.', 'delegation.', 'webhook.'];

/**
 * Whether events of the type are kept by age and not by size: they say who may do what, and whoever fills the log must
 * not be able to make it forget them.
 */
export function isAudited(type: EventType): boolean {
  return AUDITED.some((beginning) => type.startsWith(beginning));
}
