import type { Domain } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { MailCheck } from 'lucide-preact';
import { lazy, Suspense } from 'preact/compat';
import { useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { exactTime, Time } from '../components/time.tsx';

const ProofDialog = lazy(() => import('./proof-dialog.tsx'));

const NUMBER = new Intl.NumberFormat('en');
/** In the place of what is not known yet, so that nothing moves when it is. */
const PENDING = '\u00a0';

/** The key that signs the domain's mail, how old it is, how much it has signed today, and the proof that it works. */
export function KeyPanel({ domain }: { domain: Domain }) {
  const { account_id: account, id } = domain;
  const [isProving, setProving] = useState(false);
  const { data: keys } = useQuery(api.keys.list.queryOptions({ account, id }));
  const { data: count } = useQuery(api.signing.today.queryOptions({ account, id }));
  const key = keys?.find(({ state }) => state === 'active');
  return (
    <section class="key" aria-labelledby="key-title">
      <h2 id="key-title">Key</h2>
      <dl class="facts" aria-busy={key === undefined}>
        <dt>Selector</dt>
        <dd>{key?.selector ?? PENDING}</dd>
        <dt>Kind</dt>
        <dd>{key === undefined ? PENDING : `RSA, ${key.bits} bits`}</dd>
        <dt>Made</dt>
        <dd>{key === undefined ? PENDING : <Time at={key.created_at} />}</dd>
        <dt>Signed today</dt>
        <dd title={count && `Since ${exactTime(count.since)}`}>
          {count === undefined ? PENDING : NUMBER.format(count.signed_today)}
        </dd>
      </dl>
      <div class="actions">
        <button type="button" class="button" onClick={() => setProving(true)}>
          <MailCheck aria-hidden="true" />
          Prove it by a mail
        </button>
      </div>
      <Suspense fallback={null}>
        {isProving && <ProofDialog domain={domain} onClose={() => setProving(false)} />}
      </Suspense>
    </section>
  );
}
