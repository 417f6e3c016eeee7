import type { NewShare } from '@letterhead/shared';

/** The address of a new link: as the server knows it, or else as this browser reaches it. */
export function linkTo({ url, token }: NewShare): string {
  return url ?? `${location.origin}/share#${token}`;
}
