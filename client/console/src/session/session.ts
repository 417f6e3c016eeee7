import { useSyncExternalStore } from 'preact/compat';

/** Session of this tab. The token lives as long as the tab, in no cookie and on no disk. */
export interface Session {
  readonly token: string | null;
  /** Why the last session ended, for the sign-in page; null if there is nothing to say. */
  readonly signOutReason: string | null;
  /** Token of a link that signs in, until it was used; null if there is none. */
  readonly linkedToken: string | null;
}

const KEY = 'letterhead.token';

let current: Session = { token: sessionStorage.getItem(KEY), signOutReason: null, linkedToken: null };
const listeners = new Set<() => void>();

function change(to: Session): void {
  current = to;
  if (to.token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, to.token);
  for (const listener of listeners) listener();
}

/** Token for requests; empty if nobody has signed in. */
export function sessionToken(): string {
  return current.token ?? '';
}

export function signIn(token: string): void {
  change({ token, signOutReason: null, linkedToken: null });
}

/** Ends the session; the sign-in page shows `signOutReason`. */
export function signOut(signOutReason: string | null = null): void {
  if (current.token !== null) change({ token: null, signOutReason, linkedToken: null });
}

/** The token in a text: a header, a quoted string or a link; null if there is none. */
export function findToken(text: string): string | null {
  return /\blh_[\w-]{43}(?![\w-])/.exec(text)?.[0] ?? null;
}

/**
 * Signs in with the link that the first start prints, in place of an earlier session. The token is in its fragment, which
 * is never sent; it is removed from the address and the history. The fragment of /share is a share link's.
 */
export function openLink(): void {
  const linkedToken = location.pathname === '/share' ? null : findToken(location.hash);
  if (linkedToken === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  change({ token: null, signOutReason: null, linkedToken });
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
