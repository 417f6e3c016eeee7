import type { NewWebhook } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { fieldErrorOf } from '../api/api-error.ts';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { Field } from '../components/field.tsx';
import { Secret } from '../components/secret.tsx';
import { useIdentity } from '../session/identity.ts';
import { EVENT_CHOICES } from './webhook-words.ts';

/** Adds a webhook, then shows its secret, this once. */
export function AddWebhook({ onClose }: { onClose: () => void }) {
  const [added, setAdded] = useState<NewWebhook | null>(null);
  return added === null ? (
    <Dialog title="Add webhook" onClose={onClose}>
      <WebhookForm onAdded={setAdded} onClose={onClose} />
    </Dialog>
  ) : (
    <WebhookSecret secret={added.secret} hint={HINT} onClose={onClose} />
  );
}

const HINT = 'Copy it now: your program verifies with it what arrives. You won’t see it again.';

interface WebhookSecretProps {
  readonly secret: string;
  readonly hint: string;
  readonly onClose: () => void;
}

/** Shows a new secret, this once. */
export function WebhookSecret({ secret, hint, onClose }: WebhookSecretProps) {
  const [isCopied, setCopied] = useState(false);
  return (
    <Dialog
      title="Secret of the webhook"
      onClose={onClose}
      loss={isCopied ? null : 'You haven’t copied the secret. If you close this, it is lost.'}
      done="Done"
    >
      <Secret text={secret} what="the secret" hint={hint} onCopied={() => setCopied(true)} />
    </Dialog>
  );
}

function WebhookForm({ onAdded, onClose }: { onAdded: (webhook: NewWebhook) => void; onClose: () => void }) {
  const { account } = useIdentity();
  const [url, setUrl] = useState('');
  const [choice, setChoice] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const create = useMutation(
    api.webhooks.create.mutationOptions({
      onSuccess: (webhook) => {
        void queryClient.invalidateQueries({ queryKey: api.webhooks.list.queryKey({ account: account.id }) });
        onAdded(webhook);
      },
      onError: () => input.current?.focus(),
    }),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ account: account.id, url, events: EVENT_CHOICES[choice]?.events });
      }}
    >
      <Field
        label="URL"
        hint="Where events are sent to: an https address that the internet reaches."
        fieldError={fieldErrorOf(create.error, 'url')}
      >
        {(attributes) => (
          <input
            {...attributes}
            ref={input}
            type="url"
            autocomplete="off"
            spellcheck={false}
            required
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Events" fieldError={null}>
        {(attributes) => (
          <select
            {...attributes}
            value={String(choice)}
            onChange={(event) => setChoice(Number(event.currentTarget.value))}
          >
            {EVENT_CHOICES.map(({ words }, at) => (
              <option key={words} value={String(at)}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <DialogActions isPending={create.isPending} onCancel={onClose}>
        {create.isPending ? 'Adding…' : 'Add webhook'}
      </DialogActions>
    </form>
  );
}
