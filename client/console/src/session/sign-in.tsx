import { createLetterhead } from '@letterhead/client';
import type { CurrentToken } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { Info } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { Field } from '../components/field.tsx';
import { Wordmark } from '../layout/wordmark.tsx';
import { findToken, signIn } from './session.ts';

interface SignInProps {
  readonly signOutReason: string | null;
  /** The token of a link that signs in; null if it has to be typed. */
  readonly linkedToken: string | null;
}

/** Asks for a token, or takes it from a link; the token is tried, and kept as long as the tab. */
export function SignIn({ signOutReason, linkedToken }: SignInProps) {
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
  useEffect(() => {
    if (linkedToken !== null) attempt.mutate(linkedToken);
  }, [linkedToken]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    attempt.mutate(findToken(token) ?? token.trim());
  };
  return (
    <main class="sign-in">
      <Wordmark />
      <h1>Sign in</h1>
      {signOutReason !== null && (
        <p class="note" role="alert">
          <Info aria-hidden="true" />
          {signOutReason}
        </p>
      )}
      <form onSubmit={submit}>
        <Field
          label="Token"
          hint="Starts with lh_. It was printed at Letterhead’s first start; otherwise ask whoever runs it."
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
        <BusyButton type="submit" class="button primary" isBusy={attempt.isPending}>
          {attempt.isPending ? 'Signing in…' : 'Sign in'}
        </BusyButton>
      </form>
      <p class="hint">
        This tab remembers the token until you close it or sign out. Nothing is stored beyond that.
      </p>
    </main>
  );
}

/** Rejects only what is surely not a token, so that nobody is interrupted while typing. */
function inputErrorIn(typed: string): string | null {
  const bare = typed.trim().replace(/^["'“‘]/, '');
  const isOne = ['lh_', 'bearer'].some((start) =>
    start.startsWith(bare.slice(0, start.length).toLowerCase()),
  );
  if (isOne || findToken(typed) !== null) return null;
  return 'A token starts with lh_. Copy all of it, from lh_ to its last character.';
}

function signInErrorOf(error: unknown): string {
  const { code, message } = toApiError(error);
  return code === 'unauthenticated'
    ? 'This token is unknown, has expired or was revoked. Check that you copied all of it.'
    : message;
}
