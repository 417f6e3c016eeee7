import type { Domain, Key } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight, KeyRound, MailCheck, RefreshCw, Undo2 } from 'lucide-preact';
import { Suspense } from 'preact/compat';
import { useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { exactTime, Time } from '../components/time.tsx';
import { onDemand } from '../layout/on-demand.ts';
import { useIdentity, useMay } from '../session/identity.ts';
import { type KeyAct, KeyDialog } from './key-dialog.tsx';

const ProofDialog = onDemand(() => import('./proof-dialog.tsx'));

const NUMBER = new Intl.NumberFormat('en');
/** Of the keys that are made here; an imported one may be shorter. */
const SAFE_BITS = 2048;
/** In the place of what is not known yet, so that nothing moves when it is. */
const PENDING = '\u00a0';

const PUBLISHED: Record<Key['published_as'], string> = {
  txt: 'In a TXT record of yours',
  cname: 'By Letterhead, behind two CNAME records',
};

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
        <dt>Published</dt>
        <dd>{key === undefined ? PENDING : PUBLISHED[key.published_as]}</dd>
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
          Test with a mail
        </button>
        {mayWrite && key !== undefined && <KeyActs active={key} pending={pending} onAct={setAct} />}
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

interface KeyActsProps {
  readonly active: Key;
  readonly pending: Key | undefined;
  readonly onAct: (act: KeyAct) => void;
}

/** What can be done now: a change under way is cancelled before another begins. */
function KeyActs({ active, pending, onAct }: KeyActsProps) {
  const hasZone = useIdentity().token.key_zone !== null;
  const isInZone = active.published_as === 'cname';
  const isSwitch = pending !== undefined && pending.published_as !== active.published_as;
  return (
    <>
      {pending === undefined ? (
        <>
          <button type="button" class="button" onClick={() => onAct({ kind: 'rotate', key: active })}>
            <RefreshCw aria-hidden="true" />
            Rotate
          </button>
          {hasZone && (
            <button
              type="button"
              class="button"
              onClick={() => onAct({ kind: isInZone ? 'publish' : 'delegate', key: active })}
            >
              <ArrowLeftRight aria-hidden="true" />
              {isInZone ? 'Switch to a TXT record' : 'Switch to CNAME records'}
            </button>
          )}
        </>
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => onAct({ kind: isSwitch ? 'stay' : 'cancel', key: pending })}
        >
          <Undo2 aria-hidden="true" />
          {isSwitch ? 'Cancel switch' : 'Cancel rotation'}
        </button>
      )}
      <button
        type="button"
        class="button danger-quiet"
        onClick={() => onAct({ kind: 'revoke', key: active })}
      >
        <KeyRound aria-hidden="true" />
        Revoke
      </button>
    </>
  );
}
