import { CircleCheck, CircleX } from 'lucide-preact';
import { DomainName } from '../components/domain-name.tsx';
import type { Each } from './use-each.ts';

/** What came of each domain, in the order in which they were done, and what there is to say about all of them. */
export function TaskResults({ results, notice }: Pick<Each, 'results' | 'notice'>) {
  return (
    <>
      <p role="status">{notice}</p>
      {results.length > 0 && (
        <ol class="task-results" aria-label="Results">
          {results.map(({ name, message, isDone }, at) => (
            // The same name can stand in several lines, and lines are added at the end only.
            <li key={at} data-tone={isDone ? 'ok' : 'error'}>
              {isDone ? <CircleCheck aria-hidden="true" /> : <CircleX aria-hidden="true" />}
              <span>
                <strong>
                  <DomainName name={name} />
                </strong>{' '}
                <span>{message}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
