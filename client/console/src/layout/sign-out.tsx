import { LogOut } from 'lucide-preact';
import { signOut } from '../session/session.ts';

/** Ends the session of this tab. */
export function SignOut() {
  return (
    <button type="button" class="button quiet" onClick={() => signOut()}>
      <LogOut aria-hidden="true" />
      Sign out
    </button>
  );
}
