import type { Account } from '@letterhead/shared';
import { shownName } from '@letterhead/shared/rules';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { announce } from '../components/announcer.tsx';
import { BusyButton } from '../components/busy-button.tsx';
import { Failure } from '../components/failure.tsx';
import { Field } from '../components/field.tsx';
import { Logo, SenderHeader } from '../components/sender.tsx';
import { LogoField } from './logo-field.tsx';
import { type ChosenLogo, ChosenLogoPreview } from './logo-file.tsx';

const FIELDS = [
  { key: 'name', label: 'Name', hint: 'Used here and at the command line.' },
  {
    key: 'display_name',
    label: 'Display name',
    hint: 'Shown on shared pages and in e-mails, in place of the name.',
  },
  {
    key: 'contact_email',
    label: 'Contact e-mail',
    hint: 'Shown on shared pages. Leave it empty to show none.',
  },
  {
    key: 'notify',
    label: 'Notices by mail',
    hint: 'Addresses, with commas, that are told when a domain is verified, fails a check, or is lost. This takes a mail server in the server’s settings.',
  },
] as const;

/** What is typed, and the logo: undefined if it stays as it is, null to remove it. */
interface Draft {
  readonly name: string;
  readonly display_name: string;
  readonly contact_email: string;
  readonly notify: string;
  readonly logo?: ChosenLogo | null;
}

/** Lets an administrator change what the account is called, and what strangers see of it, as they will see it. */
export function AccountForm({ account }: { account: Account }) {
  const [draft, setDraft] = useState(() => draftOf(account));
  const [isSaved, setSaved] = useState(false);
  const save = useMutation(
    api.accounts.update.mutationOptions({
      onSuccess: (updated) => {
        queryClient.setQueryData(api.accounts.get.queryKey({ account: account.id }), updated);
        void queryClient.invalidateQueries({ queryKey: api.accounts.list.queryKey() });
        void queryClient.invalidateQueries({
          queryKey: api.accounts.notices.queryKey({ account: account.id }),
        });
        void queryClient.invalidateQueries({ queryKey: api.tokens.current.queryKey() });
        setDraft(draftOf(updated));
        setSaved(true);
        announce('The account was saved.');
      },
    }),
  );
  const change = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part });
    setSaved(false);
  };
  const refusals = useRefusals(account.id);
  const { errors } = toApiError(save.error);
  const hasOther = save.error !== null && Object.keys(errors).length === 0;
  return (
    <form
      class="account-form"
      onSubmit={(event) => {
        event.preventDefault();
        const { logo, notify, ...texts } = draft;
        save.mutate({
          account: account.id,
          ...texts,
          notify: notify
            .split(',')
            .map((one) => one.trim())
            .filter((one) => one !== ''),
          logo: logo === undefined ? undefined : (logo?.base64 ?? null),
        });
      }}
    >
      {FIELDS.map(({ key, label, hint }) => (
        <Field
          key={key}
          label={label}
          hint={hint}
          fieldError={errors[key]?.join(' ') ?? null}
          warning={key === 'notify' ? refusals : null}
        >
          {(attributes) => (
            <input
              {...attributes}
              type="text"
              autocomplete="off"
              value={draft[key]}
              onInput={(event) => change({ [key]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
      <LogoField
        hasLogo={draft.logo === undefined ? account.logo !== null : draft.logo !== null}
        fieldError={errors['logo']?.join(' ') ?? null}
        onChange={(logo) => change({ logo })}
      />
      <figure class="preview">
        <figcaption>Preview of a shared page</figcaption>
        <SenderHeader
          name={shownName({ name: draft.name, display_name: draft.display_name.trim() || null })}
          logo={
            draft.logo == null ? (
              draft.logo === undefined && <Logo logo={account.logo} />
            ) : (
              <ChosenLogoPreview chosen={draft.logo} />
            )
          }
        />
      </figure>
      {hasOther && <Failure error={save.error} />}
      <div class="actions">
        <BusyButton type="submit" class="button primary" isBusy={save.isPending}>
          {save.isPending ? 'Saving…' : 'Save changes'}
        </BusyButton>
        {isSaved && <span class="hint">Saved.</span>}
      </div>
    </form>
  );
}

function draftOf({ name, display_name, contact_email, notify }: Account): Draft {
  return {
    name,
    display_name: display_name ?? '',
    contact_email: contact_email ?? '',
    notify: notify.join(', '),
  };
}

/** Which addresses get no more notices, in a line each; null: all get them. */
function useRefusals(account: number): string | null {
  const { data = [] } = useQuery(api.accounts.notices.queryOptions({ account }));
  const refused = data.filter(({ refused_at }) => refused_at !== null);
  if (refused.length === 0) return null;
  return refused
    .map(
      ({ address, answer }) =>
        `${address} gets no more notices, for its mail server refused one: ${answer}. Save to try again.`,
    )
    .join(' ');
}
