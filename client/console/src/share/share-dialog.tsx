import type { Domain, NewShare, Share } from '@letterhead/shared';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import { Field } from '../components/field.tsx';
import { Secret } from '../components/secret.tsx';
import { Time } from '../components/time.tsx';
import { useFocusFallback } from '../components/use-focus-fallback.ts';
import { linkOf } from './share-link.ts';

/** In days; the first is what is offered. */
const LIFETIMES: readonly { readonly days: number; readonly words: string }[] = [
  { days: 7, words: 'in 7 days' },
  { days: 1, words: 'in a day' },
  { days: 30, words: 'in 30 days' },
];
const DAY_MS = 86_400_000;

/** Creates links to a read-only page of the domain, and revokes them. */
export function ShareDialog({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const key = { account: domain.account_id, id: domain.id };
  const { data: shares, error, refetch } = useQuery(api.shares.list.queryOptions(key));
  const [created, setCreated] = useState<NewShare | null>(null);
  const [isCopied, setCopied] = useState(false);
  const reread = () => queryClient.invalidateQueries({ queryKey: api.shares.list.queryKey(key) });
  return (
    <Dialog
      title={
        <>
          Share <DomainName name={domain.domain} />
        </>
      }
      onClose={onClose}
      loss={
        created === null || isCopied ? null : 'You haven’t copied the link. If you close this, it is lost.'
      }
      done={created === null ? undefined : 'Done'}
    >
      <p>
        Anyone with the link can see this domain’s records and run a check, without an account. They can’t
        change anything or see other domains.
      </p>
      {created === null ? (
        <CreateLink
          domain={domain}
          onCreated={(share) => {
            setCreated(share);
            void reread();
          }}
        />
      ) : (
        <Secret
          text={linkOf(created)}
          what="the link"
          hint="Copy this link now. You won’t see it again. Send it only to the person it is meant for."
          onCopied={() => setCopied(true)}
        />
      )}
      {error !== null && <Failure error={error} onRetry={refetch} />}
      <LinkList domain={domain} shares={shares ?? []} onRevoked={reread} />
    </Dialog>
  );
}

function CreateLink({ domain, onCreated }: { domain: Domain; onCreated: (share: NewShare) => void }) {
  const [days, setDays] = useState(LIFETIMES[0]?.days ?? 0);
  const create = useMutation(api.shares.create.mutationOptions({ onSuccess: onCreated }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const expires_at = new Date(Date.now() + days * DAY_MS);
        create.mutate({ account: domain.account_id, id: domain.id, expires_at });
      }}
    >
      <Field label="Expires" fieldError={null}>
        {(attributes) => (
          <select
            {...attributes}
            value={days}
            onChange={(event) => setDays(Number(event.currentTarget.value))}
          >
            {LIFETIMES.map((lifetime) => (
              <option key={lifetime.days} value={lifetime.days}>
                {lifetime.words}
              </option>
            ))}
          </select>
        )}
      </Field>
      {create.error !== null && <Failure error={create.error} />}
      <div class="actions">
        <BusyButton type="submit" class="button primary" isBusy={create.isPending}>
          {create.isPending ? 'Creating…' : 'Create link'}
        </BusyButton>
      </div>
    </form>
  );
}

interface LinkListProps {
  readonly domain: Domain;
  readonly shares: readonly Share[];
  readonly onRevoked: () => void;
}

function LinkList({ domain, shares, onRevoked }: LinkListProps) {
  const revoke = useMutation(api.shares.revoke.mutationOptions({ onSuccess: onRevoked }));
  if (shares.length === 0) return null;
  return (
    <section class="links" aria-label="Active links">
      <h3>Active links</h3>
      <ul>
        {shares.map((share) => (
          <LinkLine
            key={share.id}
            share={share}
            isBusy={revoke.isPending}
            onRevoke={() => revoke.mutate({ account: domain.account_id, id: domain.id, share: share.id })}
          />
        ))}
      </ul>
      {revoke.error !== null && <Failure error={revoke.error} />}
    </section>
  );
}

interface LinkLineProps {
  readonly share: Share;
  readonly isBusy: boolean;
  readonly onRevoke: () => void;
}

function LinkLine({ share, isBusy, onRevoke }: LinkLineProps) {
  const line = useFocusFallback<HTMLLIElement>();
  return (
    <li ref={line}>
      <p>
        Created <Time at={share.created_at} /> ·{' '}
        {share.expires_at === null ? (
          'never expires'
        ) : (
          <>
            expires <Time at={share.expires_at} />
          </>
        )}{' '}
        ·{' '}
        {share.last_used_at === null ? (
          'not opened yet'
        ) : (
          <>
            last opened <Time at={share.last_used_at} />
          </>
        )}
      </p>
      <BusyButton type="button" class="button danger-quiet" isBusy={isBusy} onClick={onRevoke}>
        Revoke
      </BusyButton>
    </li>
  );
}
