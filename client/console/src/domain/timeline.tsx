import { useQuery } from '@tanstack/react-query';
import { useState } from 'preact/hooks';
import { Failure } from '../components/failure.tsx';
import { Time } from '../components/time.tsx';
import { describeEvent } from '../events/describe-event.tsx';
import { domainLog } from '../events/event-log.ts';

const SHOWN = 8;

/** What happened to the domain, in the order in which it did: what is new comes at the end, and moves nothing. */
export function Timeline({ account, id }: { account: number; id: number }) {
  const { data: log, error, refetch } = useQuery(domainLog(account, id));
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole || log === undefined ? 0 : Math.max(0, log.length - SHOWN);
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Activity</h2>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {hidden > 0 && (
        <button type="button" class="button quiet" onClick={() => setWhole(true)}>
          Show {hidden} earlier
        </button>
      )}
      <ol aria-busy={log === undefined}>
        {log?.slice(hidden).map((event) => (
          <li key={event.id} data-type={event.type}>
            <p>{describeEvent(event, 'its domain')}</p>
            <Time at={event.at} />
          </li>
        ))}
      </ol>
    </section>
  );
}
