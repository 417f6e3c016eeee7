// Also used by the web console at run time: must not load zod, which would double the console's size.
import type { TokenScope } from './token.ts';

/** The largest page of a list. */
export const MAX_PAGE = 1000;

/** Days after which a share link expires by default. */
export const SHARE_DAYS = 7;

/** Whether `scopes` include `scope`. `admin` implies all scopes but those of share links and of private keys. */
export function hasScope(scopes: readonly TokenScope[], scope: TokenScope): boolean {
  return scopes.includes(scope) || (scopes.includes('admin') && scope !== 'share' && scope !== 'keys:read');
}

/** How large a logo may be, in bytes. */
export const LOGO_MAX_BYTES = 64 * 1024;

/** How large a message may be that is signed or proved, in bytes. */
export const MESSAGE_MAX_BYTES = 25 * 1024 * 1024;

/** What strangers are shown of an account's names. */
export function shownName({
  display_name,
  name,
}: {
  readonly display_name: string | null;
  readonly name: string;
}): string {
  return display_name ?? name;
}

export const STATUSES = ['pending', 'verified', 'degraded', 'failed'] as const;
export type Status = (typeof STATUSES)[number];

/** The worst is last. */
export const SEVERITIES = ['ok', 'info', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The one of greatest severity; of several, the first. `found` must not be empty. */
export function worstOf<Found extends { readonly severity: Severity }>(found: readonly Found[]): Found {
  return found.reduce((worst, one) => (rank(one) > rank(worst) ? one : worst));
}

function rank({ severity }: { readonly severity: Severity }): number {
  return SEVERITIES.indexOf(severity);
}

/** Whether somebody has to act: a record is wrong, and not only awaited. */
export function needsAttention({
  status,
  severity,
}: {
  readonly status: Status;
  readonly severity: Severity;
}): boolean {
  return severity === 'error' || status === 'degraded' || status === 'failed';
}
