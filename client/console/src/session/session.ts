import { useSyncExternalStore } from 'preact/compat';

/** Session of this tab. The token lives as long as the tab, in no cookie and on no disk. */
export interface Session {
  readonly token: string | null;
  /** Why the last session ended, for the sign-in page; null if there is nothing to say. */
  readonly signOutReason: string | null;
}

const KEY = 'letterhead.token';

let current: Session = { token: sessionStorage.getItem(KEY), signOutReason: null };
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
  change({ token, signOutReason: null });
}

/** Ends the session; the sign-in page shows `signOutReason`. */
export function signOut(signOutReason: string | null = null): void {
  if (current.token !== null) change({ token: null, signOutReason });
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
