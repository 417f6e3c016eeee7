import type { NewToken, Scope } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { fieldErrorOf, toApiError } from '../api/api-error.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Field } from '../components/field.tsx';
import { may, useIdentity } from '../session/identity.ts';
import { SCOPE_NAMES, SCOPES } from './scopes.ts';

/** In days; null: never. */
const LIFETIMES: readonly { readonly days: number | null; readonly words: string }[] = [
  { days: 30, words: 'after 30 days' },
  { days: 90, words: 'after 90 days' },
  { days: 365, words: 'after a year' },
  { days: null, words: 'never' },
];
const DAY_MS = 86_400_000;

/** Makes a token, then shows it: this once. */
export function MakeToken({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<NewToken | null>(null);
  return (
    <Dialog title={made === null ? 'Make a token' : `The token “${made.name}”`} onClose={onClose}>
      {made === null ? (
        <TokenForm onMade={setMade} onClose={onClose} />
      ) : (
        <TokenShown made={made} onClose={onClose} />
      )}
    </Dialog>
  );
}

function TokenForm({ onMade, onClose }: { onMade: (token: NewToken) => void; onClose: () => void }) {
  const { account, token: own } = useIdentity();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['domains:read']);
  const [days, setDays] = useState<number | null>(365);
  const input = useRef<HTMLInputElement>(null);
  const create = useMutation(
    api.tokens.create.mutationOptions({
      onSuccess: (token) => {
        void queryClient.invalidateQueries({ queryKey: api.tokens.list.queryKey({ account: account.id }) });
        onMade(token);
      },
      onError: () => input.current?.focus(),
    }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const expires_at = days === null ? null : new Date(Date.now() + days * DAY_MS);
    create.mutate({ account: account.id, name, scopes: [...scopes], expires_at });
  };
  const toggle = (scope: Scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
  const { errors } = toApiError(create.error);
  const isAboutScopes = errors['scopes'] !== undefined;
  return (
    <form onSubmit={submit}>
      <Field
        label="Name"
        hint="So that you know later what it is for: the program or person that gets it."
        fieldError={isAboutScopes ? null : fieldErrorOf(create.error, 'name')}
      >
        {(attributes) => (
          <input
            {...attributes}
            ref={input}
            type="text"
            autocomplete="off"
            required
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <fieldset class="scopes">
        <legend>It may</legend>
        {SCOPE_NAMES.filter((scope) => may(own, scope)).map((scope) => (
          <label key={scope}>
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
            <span>
              {SCOPES[scope].word} <small>{SCOPES[scope].allows}</small>
            </span>
          </label>
        ))}
        <p class="field-error" role="alert">
          {isAboutScopes && fieldErrorOf(create.error, 'scopes')}
        </p>
      </fieldset>
      <Field label="It stops working" fieldError={null}>
        {(attributes) => (
          <select
            {...attributes}
            value={String(days)}
            onChange={(event) =>
              setDays(event.currentTarget.value === 'null' ? null : Number(event.currentTarget.value))
            }
          >
            {LIFETIMES.map((lifetime) => (
              <option key={lifetime.words} value={String(lifetime.days)}>
                {lifetime.words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div class="actions">
        <button type="submit" class="button primary" disabled={create.isPending}>
          {create.isPending ? 'Making…' : 'Make the token'}
        </button>
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function TokenShown({ made, onClose }: { made: NewToken; onClose: () => void }) {
  return (
    <>
      <p>Copy it now: it is shown this once, and nobody can find it out afterwards.</p>
      <p class="secret">
        <code class="value">{made.token}</code>
        <CopyButton text={made.token} what="the token" />
      </p>
      <div class="actions">
        <button type="button" class="button primary" onClick={onClose}>
          I have copied it
        </button>
      </div>
    </>
  );
}
