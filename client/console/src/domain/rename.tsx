import type { Domain } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { fieldErrorOf } from '../api/api-error.ts';
import { Dialog } from '../components/dialog.tsx';
import { DialogActions } from '../components/dialog-actions.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { DomainNameField } from '../domains/domain-name-field.tsx';
import { useNameCheck } from '../domains/use-name-check.tsx';

/** Gives the domain another name, and says what that costs. */
export function Rename({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { account_id: account, id } = domain;
  const [name, setName] = useState(domain.domain);
  const old = <DomainName name={domain.domain} />;
  const { inputError, taken } = useNameCheck(account, name);
  const input = useRef<HTMLInputElement>(null);
  const rename = useMutation(
    api.domains.update.mutationOptions({
      onSuccess: async (renamed) => {
        queryClient.setQueryData(api.domains.get.queryKey({ account, id }), renamed);
        await queryClient.invalidateQueries({ queryKey: api.domains.diagnosis.queryKey({ account, id }) });
        onClose();
      },
      onError: () => input.current?.focus(),
    }),
  );
  return (
    <Dialog title={<>Rename {old}</>} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate({ account, id, domain: name });
        }}
      >
        <p>
          Renaming makes a new key and new records. Mail can’t be sent from{' '}
          {domain.verified ? 'either name' : 'the new name'} until they’re live.
        </p>
        <DomainNameField
          label="New name"
          fieldError={fieldErrorOf(rename.error, 'domain') ?? (taken?.id === id ? null : inputError)}
          value={name}
          input={input}
          onInput={(typed) => {
            setName(typed);
            rename.reset();
          }}
        />
        <DialogActions isPending={rename.isPending} onCancel={onClose}>
          {rename.isPending ? 'Renaming…' : 'Rename'}
        </DialogActions>
      </form>
    </Dialog>
  );
}
