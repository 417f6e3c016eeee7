import { createLetterhead } from '@letterhead/client';
import type { CurrentToken } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { Info } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { Field } from '../components/field.tsx';
import { Wordmark } from '../layout/wordmark.tsx';
import { signIn } from './session.ts';

/** A token is asked for, tried, and kept as long as the tab. */
export function SignIn({ signOutReason }: { signOutReason: string | null }) {
  const [token, setToken] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const attempt = useMutation({
    mutationFn: (secret: string) =>
      createLetterhead({ url: location.origin, token: secret }).tokens.current.query(),
    onSuccess: (identity: CurrentToken, secret) => {
      queryClient.setQueryData(api.tokens.current.queryKey(), identity);
      signIn(secret);
    },
    onError: () => input.current?.focus(),
  });
  useEffect(() => {
    document.title = 'Sign in · Letterhead';
    input.current?.focus();
  }, []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    attempt.mutate(token.trim());
  };
  return (
    <main class="sign-in">
      <Wordmark />
      <h1>Sign in</h1>
      {signOutReason !== null && (
        <p class="note" role="status">
          <Info aria-hidden="true" />
          {signOutReason}
        </p>
      )}
      <form onSubmit={submit}>
        <Field
          label="Token"
          hint="It begins with lh_. It was shown when it was made: at the first start, or by whoever runs Letterhead for you."
          fieldError={inputErrorIn(token) ?? (attempt.error === null ? null : signInErrorOf(attempt.error))}
        >
          {(attributes) => (
            <input
              {...attributes}
              ref={input}
              type="password"
              name="token"
              autocomplete="off"
              spellcheck={false}
              required
              value={token}
              onInput={(event) => {
                setToken(event.currentTarget.value);
                attempt.reset();
              }}
            />
          )}
        </Field>
        <button type="submit" class="button primary" disabled={attempt.isPending}>
          {attempt.isPending ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <p class="hint">
        This tab remembers the token until you close it or sign out. Nothing is stored beyond that.
      </p>
    </main>
  );
}

/** Rejects only what is surely not a token, so that nobody is interrupted while typing. */
function inputErrorIn(typed: string): string | null {
  const token = typed.trim();
  if ('lh_'.startsWith(token.slice(0, 3))) return null;
  return 'A token begins with lh_. Copy it whole, from lh_ to its last character.';
}

function signInErrorOf(error: unknown): string {
  const { code, message } = toApiError(error);
  return code === 'unauthenticated'
    ? 'This token is not known here, has expired or was revoked. Check that it was copied whole.'
    : message;
}
