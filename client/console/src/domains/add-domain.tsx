import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { api, queryClient } from '../api/api.ts';
import { fieldErrorOf } from '../api/api-error.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { useIdentity } from '../session/identity.ts';
import { DomainNameField } from './domain-name-field.tsx';
import { useNameCheck } from './use-name-check.tsx';

/** One field: the name of the domain. Leads to the new domain's page. */
export function AddDomain() {
  const { account } = useIdentity();
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const { inputError, taken } = useNameCheck(account.id, name);
  const create = useMutation(
    api.domains.create.mutationOptions({
      onSuccess: (domain) => {
        queryClient.setQueryData(api.domains.get.queryKey({ account: account.id, id: domain.id }), domain);
        navigate(`/accounts/${account.id}/domains/${domain.id}`);
      },
      onError: () => input.current?.focus(),
    }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    create.mutate({ account: account.id, domain: name });
  };
  return (
    <form class="add-domain" onSubmit={submit}>
      <DomainNameField
        label="Domain"
        hint={
          <>
            What comes after the @ of the addresses you write from: <code>example.org</code>
          </>
        }
        fieldError={fieldErrorOf(create.error, 'domain') ?? inputError}
        value={name}
        input={input}
        onInput={(typed) => {
          setName(typed);
          create.reset();
        }}
      />
      <div class="actions">
        <BusyButton type="submit" class="button primary" isBusy={create.isPending}>
          {create.isPending ? 'Adding…' : 'Add the domain'}
        </BusyButton>
        {taken !== null && (
          <Link href={`/accounts/${account.id}/domains/${taken.id}`}>
            Open <DomainName name={taken.domain} />
          </Link>
        )}
      </div>
    </form>
  );
}
