import { useSyncExternalStore } from 'preact/compat';

/** Who this tab speaks as. The token lives as long as the tab: it is in no cookie and on no disk. */
export interface Session {
  readonly token: string | null;
  /** Why the last one ended, for the sign-in page; null where nobody need be told. */
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

/** The token that requests are made with; empty where nobody has signed in. */
export function sessionToken(): string {
  return current.token ?? '';
}

export function signIn(token: string): void {
  change({ token, signOutReason: null });
}

/** `signOutReason`: what the sign-in page says about it. */
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
