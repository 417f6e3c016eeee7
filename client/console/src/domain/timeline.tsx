import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../components/failure.tsx';
import { Time } from '../components/time.tsx';
import { describeEvent } from '../events/describe-event.tsx';
import { domainLog } from '../events/event-log.ts';

const SHOWN = 8;

/** What happened to the domain, the newest first. */
export function Timeline({ account, id }: { account: number; id: number }) {
  const { data: log, error, refetch } = useQuery(domainLog(account, id));
  const [isWhole, setWhole] = useState(false);
  const firstHidden = useRef<HTMLLIElement>(null);
  // The button that had the focus is gone.
  useEffect(() => firstHidden.current?.focus(), [isWhole]);
  const newestFirst = log?.toReversed();
  const hidden = isWhole || log === undefined ? 0 : Math.max(0, log.length - SHOWN);
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Activity</h2>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      <ol aria-busy={log === undefined}>
        {newestFirst?.slice(0, isWhole ? undefined : SHOWN).map((event, at) => (
          <li
            key={event.id}
            ref={at === SHOWN ? firstHidden : null}
            tabIndex={at === SHOWN ? -1 : undefined}
            data-type={event.type}
          >
            <p>{describeEvent(event, 'its domain')}</p>
            <Time at={event.at} />
          </li>
        ))}
      </ol>
      {hidden > 0 && (
        <button type="button" class="button quiet" onClick={() => setWhole(true)}>
          Show {hidden} earlier
        </button>
      )}
    </section>
  );
}
