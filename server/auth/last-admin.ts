import { LetterheadError } from '@letterhead/shared';
import type { Instant } from '../instant.ts';
import type { AdminToken } from '../store/interface/token-row.ts';

/**
 * Throws `last_admin` if no valid admin token would be left without those that `goes` selects, and there is one now.
 * `admins`: all admin tokens of accounts that are not suspended, as they are inside the write.
 */
export function refuseLastAdmin(
  admins: readonly AdminToken[],
  { goes, now, confirm }: { goes: (token: AdminToken) => boolean; now: Instant; confirm: string },
): void {
  const valid = admins.filter(({ expires_at }) => expires_at === null || expires_at > now);
  if (valid.length === 0 || !valid.every(goes)) return;
  throw new LetterheadError(
    'last_admin',
    `Nobody could administer this installation any more: no other valid token has the scope admin. Create one first, or send confirm=${confirm} (at the command line, --confirm ${confirm}) if you mean it.`,
  );
}
