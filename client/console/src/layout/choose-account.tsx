import type { Account } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { api } from '../api/api.ts';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Field } from '../components/field.tsx';
import { useIdentity } from '../session/identity.ts';

/** Accounts that are listed at once; the search finds the others. */
const LISTED = 100;

/** Lets an admin choose the account to show. */
export function ChooseAccount({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation();
  const [search, setSearch] = useState('');
  const { data: accounts, error, refetch } = useQuery(api.accounts.list.queryOptions());
  const found = accounts?.filter((account) => matches(account, search)) ?? [];
  const [first] = found;
  return (
    <Dialog title="Choose an account" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (first === undefined) return;
          onClose();
          navigate(pathOf(first));
        }}
      >
        <Field label="Name or id" hint="Enter opens the first that is listed." fieldError={null}>
          {(attributes) => (
            <input
              {...attributes}
              type="search"
              autocomplete="off"
              spellcheck={false}
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          )}
        </Field>
      </form>
      {error !== null && accounts === undefined && <Failure error={error} onRetry={refetch} />}
      <p role="status" class="hint">
        {accounts !== undefined && countOf(found.length, accounts.length)}
      </p>
      <AccountList accounts={found.slice(0, LISTED)} onChoose={onClose} />
    </Dialog>
  );
}

interface AccountListProps {
  readonly accounts: readonly Account[];
  readonly onChoose: () => void;
}

function AccountList({ accounts, onChoose }: AccountListProps) {
  const { account: current } = useIdentity();
  return (
    <ul class="account-list">
      {accounts.map((account) => (
        <li key={account.id}>
          <Link href={pathOf(account)} onClick={onChoose} aria-current={account.id === current.id}>
            <bdi>{account.name}</bdi> <small>{account.id}</small>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function pathOf({ id }: Account): string {
  return `/accounts/${id}/domains`;
}

function matches({ id, name }: Account, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return name.toLowerCase().includes(wanted) || String(id) === wanted;
}

function countOf(found: number, total: number): string {
  if (found === 0) return 'No account has that name or id.';
  const listed = found > LISTED ? `; the first ${LISTED} are listed` : '';
  const all = total === 1 ? '1 account' : `${total} accounts`;
  return `${found === total ? all : `${found} of ${all}`}${listed}`;
}
