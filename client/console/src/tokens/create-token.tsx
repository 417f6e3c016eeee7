import type { NewToken, Scope } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { fieldErrorOf, toApiError } from '../api/api-error.ts';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { Field } from '../components/field.tsx';
import { Secret } from '../components/secret.tsx';
import { useIdentity } from '../session/identity.ts';
import { SCOPE_NAMES, SCOPES } from './scopes.ts';

/** In days; null: never. */
const LIFETIMES: readonly { readonly days: number | null; readonly words: string }[] = [
  { days: 30, words: 'in 30 days' },
  { days: 90, words: 'in 90 days' },
  { days: 365, words: 'in a year' },
  { days: null, words: 'never' },
];
const DAY_MS = 86_400_000;

/** Creates a token, then shows it, this once. */
export function CreateToken({ onClose }: { onClose: () => void }) {
  const [created, setCreated] = useState<NewToken | null>(null);
  const [isCopied, setCopied] = useState(false);
  if (created === null) {
    return (
      <Dialog title="Create token" onClose={onClose}>
        <TokenForm onCreated={setCreated} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`Token “${created.name}”`}
      onClose={onClose}
      loss={isCopied ? null : 'You haven’t copied the token. If you close this, it is lost.'}
      done="Done"
    >
      <Secret
        text={created.token}
        what="the token"
        hint="Copy it now. You won’t see it again."
        onCopied={() => setCopied(true)}
      />
    </Dialog>
  );
}

function TokenForm({ onCreated, onClose }: { onCreated: (token: NewToken) => void; onClose: () => void }) {
  const { account, token: own } = useIdentity();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['domains:read']);
  const [days, setDays] = useState<number | null>(365);
  const input = useRef<HTMLInputElement>(null);
  const create = useMutation(
    api.tokens.create.mutationOptions({
      onSuccess: (token) => {
        void queryClient.invalidateQueries({ queryKey: api.tokens.list.queryKey({ account: account.id }) });
        onCreated(token);
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
        hint="The person or program that uses it."
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
        <legend>Permissions</legend>
        {SCOPE_NAMES.filter((scope) => own.grants.includes(scope)).map((scope) => (
          <label key={scope}>
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
            <span>
              {SCOPES[scope].word}{' '}
              <small>
                {SCOPES[scope].allows} <code>{scope}</code>
              </small>
            </span>
          </label>
        ))}
        <p class="field-error" role="alert">
          {isAboutScopes && fieldErrorOf(create.error, 'scopes')}
        </p>
      </fieldset>
      <Field label="Expires" fieldError={null}>
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
      <DialogActions isPending={create.isPending} onCancel={onClose}>
        {create.isPending ? 'Creating…' : 'Create token'}
      </DialogActions>
    </form>
  );
}
