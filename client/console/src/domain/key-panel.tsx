import type { Domain, Key } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { KeyRound, MailCheck, RefreshCw, Undo2 } from 'lucide-preact';
import { lazy, Suspense } from 'preact/compat';
import { useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { exactTime, Time } from '../components/time.tsx';
import { useMay } from '../session/identity.ts';
import { type KeyAct, KeyDialog } from './key-dialog.tsx';

const ProofDialog = lazy(() => import('./proof-dialog.tsx'));

const NUMBER = new Intl.NumberFormat('en');
/** Of the keys that are made here; an imported one may be shorter. */
const SAFE_BITS = 2048;
/** In the place of what is not known yet, so that nothing moves when it is. */
const PENDING = '\u00a0';

/** The key that signs the domain's mail, how old it is, how much it has signed today, and the proof that it works. */
export function KeyPanel({ domain, keys }: { domain: Domain; keys: readonly Key[] | undefined }) {
  const { account_id: account, id } = domain;
  const mayWrite = useMay('domains:write');
  const [isProving, setProving] = useState(false);
  const [act, setAct] = useState<KeyAct | null>(null);
  const { data: count } = useQuery(api.signing.today.queryOptions({ account, id }));
  const key = keys?.find(({ state }) => state === 'active');
  const pending = keys?.find(({ state }) => state === 'pending');
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
        {mayWrite && key !== undefined && (
          <>
            {pending === undefined ? (
              <button type="button" class="button" onClick={() => setAct({ kind: 'rotate', key })}>
                <RefreshCw aria-hidden="true" />
                Rotate
              </button>
            ) : (
              <button type="button" class="button" onClick={() => setAct({ kind: 'cancel', key: pending })}>
                <Undo2 aria-hidden="true" />
                Cancel rotation
              </button>
            )}
            <button type="button" class="button danger-quiet" onClick={() => setAct({ kind: 'revoke', key })}>
              <KeyRound aria-hidden="true" />
              Revoke
            </button>
          </>
        )}
      </div>
      {key !== undefined && key.bits < SAFE_BITS && (
        <p class="hint">A key of {SAFE_BITS} bits is safer. Rotate this one to get one.</p>
      )}
      {act !== null && <KeyDialog domain={domain} act={act} onClose={() => setAct(null)} />}
      <Suspense fallback={null}>
        {isProving && <ProofDialog domain={domain} onClose={() => setProving(false)} />}
      </Suspense>
    </section>
  );
}
