import { createLetterhead } from '@letterhead/client';
import type { Domain, Sender, SharedDomain } from '@letterhead/shared';
import { worstOf } from '@letterhead/shared/rules';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { Announcer, announce } from '../components/announcer.tsx';
import { DomainName, withPunycode } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { Logo, SenderHeader } from '../components/sender.tsx';
import { DomainBadge } from '../components/status-badge.tsx';
import { exactTime, Time } from '../components/time.tsx';
import { CheckButton } from '../domain/check-button.tsx';
import { countFound, isNeeded, mostUrgent } from '../instructions/checklist-words.ts';
import { dnsForm } from '../instructions/dns-form.ts';
import { DomainInstructions } from '../instructions/domain-instructions.tsx';
import { LoadingPage } from '../layout/loading-page.tsx';
import { Wordmark } from '../layout/wordmark.tsx';
import { NotifyForm } from './notify-form.tsx';

/** Who has a link hears of changes by asking: the stream of events tells more than they may know. */
const POLL_MS = 5_000;

/** What a shared link shows: one domain, to read and to check. The secret is in the fragment, which is never sent. */
export default function SharePage() {
  const secret = useFragment();
  return (
    <>
      {secret === '' ? <Ended /> : <SharedPage key={secret} secret={secret} />}
      <Announcer />
    </>
  );
}

function SharedPage({ secret }: { secret: string }) {
  const queryKey = ['share', secret];
  const letterhead = useMemo(() => createLetterhead({ url: location.origin, token: secret }), [secret]);
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => letterhead.share.view.query(undefined, { signal }),
    refetchInterval: POLL_MS,
  });
  const check = useMutation({
    mutationFn: () => letterhead.share.verifyDns.mutate(),
    onSuccess: (shared: SharedDomain) => {
      queryClient.setQueryData(queryKey, shared);
      const reason = mostUrgent(shared.diagnosis.records)?.title ?? '';
      announce(
        shared.domain.verified
          ? 'The records are found.'
          : `Checked: the records are not right yet. ${reason}`,
      );
    },
  });
  const code = error === null ? null : toApiError(error).code;
  if (code === 'unauthenticated' || code === 'forbidden' || code === 'not_found') return <Ended />;
  if (data === undefined) return <Loading error={error} onRetry={refetch} />;
  const { account, domain, keys, diagnosis, expires_at } = data;
  const needed = dnsForm(domain, diagnosis, keys).records.filter(isNeeded);
  return (
    <>
      <header class="site-header">
        <SenderHeader name={account.name} logo={<Logo logo={account.logo} />} />
      </header>
      <Page
        title={`DNS records for ${withPunycode(domain.domain)}`}
        heading={
          <>
            <DomainName name={domain.domain} />
            <DomainBadge status={diagnosis.status} severity={worstOf(diagnosis.records).severity} />
          </>
        }
      >
        <Introduction
          account={account}
          domain={domain}
          isDone={countFound(needed, diagnosis) === needed.length}
          expiresAt={expires_at}
        />
        {/* Once is enough. */}
        {error !== null && check.error === null && <Failure error={error} onRetry={refetch} />}
        <div class="domain shared">
          <DomainInstructions
            domain={domain}
            diagnosis={diagnosis}
            keys={keys}
            action={<CheckButton isRunning={check.isPending} onCheck={check.mutate} />}
            isChecking={check.isPending}
            problem={check.error !== null && <Failure error={check.error} onRetry={check.mutate} />}
          />
        </div>
        {data.can_notify && !domain.verified && <NotifyForm letterhead={letterhead} />}
        <p class="hint">Shared with Letterhead, on {location.host}.</p>
      </Page>
    </>
  );
}

interface IntroductionProps {
  readonly account: Sender;
  readonly domain: Domain;
  /** Whether all records are there. */
  readonly isDone: boolean;
  readonly expiresAt: Date | null;
}

function Introduction({ account, domain: { domain, dns_records }, isDone, expiresAt }: IntroductionProps) {
  const name = (
    <strong>
      <DomainName name={domain} />
    </strong>
  );
  const sender = (
    <strong>
      <bdi>{account.name}</bdi>
    </strong>
  );
  return (
    <>
      <p class="lead">
        {isDone ? (
          <>
            The DNS records for {name} are published. There is nothing left for you to do, and {sender} sees
            that, too.{' '}
          </>
        ) : (
          <>
            {sender} asks you to add {dns_records.length === 1 ? 'a DNS record' : 'DNS records'} for {name},
            so that its mail is trusted. Add {dns_records.length === 1 ? 'it' : 'them'} at your DNS provider,
            then press <em>Check now</em>; they see the result, too. You can’t break anything here.{' '}
          </>
        )}
        {expiresAt !== null && (
          <>
            The link expires on {exactTime(expiresAt)} (<Time at={expiresAt} />
            ).
          </>
        )}
      </p>
      {account.contact_email !== null && (
        <p class="lead">
          Questions? Write to <a href={`mailto:${account.contact_email}`}>{account.contact_email}</a>.
        </p>
      )}
    </>
  );
}

function Loading({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error === null) {
    return (
      <>
        <BareHeader />
        <LoadingPage />
      </>
    );
  }
  return (
    <>
      <BareHeader />
      <main class="page">
        <Failure error={error} onRetry={onRetry} />
      </main>
    </>
  );
}

/** While it is not known who asks. */
function BareHeader() {
  return (
    <header class="site-header">
      <Wordmark />
    </header>
  );
}

function Ended() {
  return (
    <>
      <BareHeader />
      <Page title="Link ended" heading="This link no longer works">
        <p>It has expired, was revoked, or is incomplete. Ask whoever sent it for a new one.</p>
      </Page>
    </>
  );
}

/** What stands behind the `#` of the page's address. */
function useFragment(): string {
  const [fragment, setFragment] = useState(location.hash.slice(1));
  useEffect(() => {
    const onChange = () => setFragment(location.hash.slice(1));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return fragment;
}
