import type { NewShare } from '@letterhead/shared';

/** The link that a colleague opens; below this page's origin where PUBLIC_URL is not set. */
export function linkOf({ url, token }: Pick<NewShare, 'url' | 'token'>): string {
  return url ?? `${location.origin}/share#${token}`;
}
