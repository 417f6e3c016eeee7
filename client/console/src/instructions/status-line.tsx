import type { Diagnosis } from '@letterhead/shared';
import { STATUSES } from '../components/status-badge.tsx';
import { Time } from '../components/time.tsx';
import { mostUrgent } from './checklist-words.ts';

/** What the state of the records means for the domain's mail. Of one that is not found yet, nothing is said. */
export function StatusLine({ diagnosis }: { diagnosis: Diagnosis }) {
  const { status, records, next_check_at } = diagnosis;
  if (status === 'pending') return <Waiting records={records} />;
  const urgent = mostUrgent(records);
  return (
    <p class="status-line" data-tone={STATUSES[status].tone}>
      {status === 'verified' &&
        (urgent?.severity === 'ok'
          ? 'Mail from this domain can be signed and verified. There is nothing left to do: keep the records in place.'
          : 'The domain is verified. Mail can be sent from it.')}
      {status === 'failed' && 'Mail can’t be sent from this domain until a check finds the DKIM record.'}
      {status === 'degraded' &&
        (urgent?.transient === true || next_check_at === null ? (
          'The domain is still verified, and mail can be sent from it.'
        ) : (
          <>
            The domain is still verified. If the next check (<Time at={next_check_at} />) finds the same, mail
            can’t be sent from it any more.
          </>
        ))}
    </p>
  );
}

/** The records are right, and the key behind one of them is too new to sign. */
function Waiting({ records }: Pick<Diagnosis, 'records'>) {
  const until = records.find(({ state }) => state === 'valid')?.clears_at ?? null;
  if (until === null) return null;
  return (
    <p class="status-line" data-tone={STATUSES.pending.tone}>
      Mail can be sent from this domain once resolvers have forgotten what its key’s name had before:{' '}
      <Time at={until} />.
    </p>
  );
}
