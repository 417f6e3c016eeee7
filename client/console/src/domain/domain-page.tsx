import type { Diagnosis, Domain } from '@letterhead/shared';
import { worstOf } from '@letterhead/shared/rules';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, Pencil, Trash2 } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { api, queryClient } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { DomainName, withPunycode } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { DomainBadge } from '../components/status-badge.tsx';
import { useNextCheckRefetch } from '../domains/use-next-check-refetch.ts';
import { dnsForm } from '../instructions/dns-form.ts';
import { DomainInstructions } from '../instructions/domain-instructions.tsx';
import { NotFoundInAccount } from '../layout/not-found.tsx';
import { useIdentity, useMay } from '../session/identity.ts';
import { useCheck, useFirstCheck } from './check.tsx';
import { CheckButton } from './check-button.tsx';
import { Delete } from './delete.tsx';
import { ExportRecords } from './export-records.tsx';
import { KeyPanel } from './key-panel.tsx';
import { Rename } from './rename.tsx';
import { Timeline } from './timeline.tsx';

/** One domain: where it stands, what to do about it, what to type, what happened. */
export default function DomainPage({ id }: { id: number }) {
  const { account } = useIdentity();
  const key = { account: account.id, id };
  const { data: domain, error, refetch } = useQuery(api.domains.get.queryOptions(key));
  const {
    data: diagnosis,
    error: noDiagnosis,
    refetch: rediagnose,
  } = useQuery({
    ...api.domains.diagnosis.queryOptions(key),
    refetchInterval: useNextCheckRefetch(),
  });
  // The list may have read its name and state already.
  const listed = queryClient
    .getQueryData(api.domains.statuses.queryKey({ account: account.id }))
    ?.find((one) => one.id === id);
  const name = domain?.domain ?? listed?.domain;
  const apiError = error === null ? null : toApiError(error);
  if (apiError?.code === 'not_found' || apiError?.code === 'invalid') {
    return <NotFoundInAccount what="This domain doesn’t exist or was deleted." />;
  }
  return (
    <Page
      title={name === undefined ? 'Domain' : withPunycode(name)}
      back={
        <Link href={`/accounts/${account.id}/domains`} class="back">
          <ArrowLeft aria-hidden="true" />
          Domains
        </Link>
      }
      heading={
        <>
          {name === undefined ? '\u00a0' : <DomainName name={name} />}
          {diagnosis !== undefined ? (
            <DomainBadge {...diagnosis} severity={worstOf(diagnosis.records).severity} />
          ) : (
            listed !== undefined && <DomainBadge {...listed} />
          )}
        </>
      }
    >
      {error !== null && domain === undefined && <Failure error={error} onRetry={refetch} />}
      {noDiagnosis !== null && diagnosis === undefined && (
        <Failure error={noDiagnosis} onRetry={rediagnose} />
      )}
      {domain !== undefined && (diagnosis !== undefined || noDiagnosis !== null) && (
        <DomainDetails domain={domain} diagnosis={diagnosis} />
      )}
    </Page>
  );
}

function DomainDetails({ domain, diagnosis }: { domain: Domain; diagnosis: Diagnosis | undefined }) {
  const mayWrite = useMay('domains:write');
  const check = useCheck(domain.account_id, domain.id);
  useFirstCheck(diagnosis, check.run);
  const { account_id: account, id } = domain;
  const { data: keys } = useQuery(api.keys.list.queryOptions({ account, id }));
  return (
    <div class="domain">
      <DomainInstructions
        domain={domain}
        diagnosis={diagnosis}
        keys={keys}
        action={mayWrite && <CheckButton isRunning={check.isRunning} onCheck={check.run} />}
        isChecking={check.isRunning}
        problem={check.error !== null && <Failure error={check.error} onRetry={check.run} />}
      />
      <aside>
        <ExportRecords domain={domain} form={dnsForm(domain, diagnosis)} />
        {mayWrite && <Manage domain={domain} />}
        <KeyPanel domain={domain} keys={keys} />
        <Timeline account={domain.account_id} id={domain.id} />
      </aside>
    </div>
  );
}

function Manage({ domain }: { domain: Domain }) {
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const close = () => setOpen(null);
  return (
    <section class="manage" aria-labelledby="manage-title">
      <h2 id="manage-title">Manage</h2>
      <div class="actions">
        <button type="button" class="button" onClick={() => setOpen('rename')}>
          <Pencil aria-hidden="true" />
          Rename
        </button>
        <button type="button" class="button danger-quiet" onClick={() => setOpen('delete')}>
          <Trash2 aria-hidden="true" />
          Delete
        </button>
      </div>
      {open === 'rename' && <Rename domain={domain} onClose={close} />}
      {open === 'delete' && <Delete domain={domain} onClose={close} />}
    </section>
  );
}
