import type { Diagnosis, RecordDiagnosis, Severity, Status } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';
import { SeverityIcon, STATUSES } from '../components/status-badge.tsx';
import { Time } from '../components/time.tsx';
import { useMinHeight } from '../components/use-min-height.ts';
import { type AsTyped, Instruction } from './instruction.tsx';

const SEVERITIES: readonly Severity[] = ['ok', 'info', 'warning', 'error'];

interface VerdictProps {
  readonly diagnosis: Diagnosis;
  /** The one of its records that is summarized. */
  readonly record: RecordDiagnosis;
  readonly asTyped: AsTyped;
  /** What stands in the panel's corner: *Check now*. */
  readonly action: ComponentChildren;
  /** Whether the reader has asked for a check that is not through. */
  readonly isAwaited: boolean;
}

/** Where the domain stands and what to do about it, in a sentence each. */
export function Verdict({ diagnosis, record, asTyped, action, isAwaited }: VerdictProps) {
  // What comes by itself must not move what is being read; what was asked for may.
  const panel = useMinHeight<HTMLElement>(!isAwaited);
  const { severity, fix, clears_at, code } = record;
  const { title, detail } = summaryFor(diagnosis.status, record);
  return (
    <section
      ref={panel}
      class="verdict"
      data-tone={severity}
      data-code={code}
      aria-labelledby="verdict-title"
    >
      <div class="verdict-said">
        <h2 id="verdict-title">
          <SeverityIcon severity={severity} />
          {title}
        </h2>
        <p>{detail}</p>
        {clears_at !== null && (
          <p>
            Resolvers that were asked too early forget their old answer <Time at={clears_at} />.
          </p>
        )}
        {fix !== null && (
          <div class="to-do">
            <h3>What to do</h3>
            <Instruction toDo={record} asTyped={asTyped} />
          </div>
        )}
        {fix === null && severity === 'ok' && (
          <div class="to-do">
            <h3>What happens now</h3>
            <p>
              Nothing is left to do. Leave the records in the DNS: Letterhead checks them again every few
              hours, and says here if one of them goes missing.
            </p>
          </div>
        )}
      </div>
      <div class="verdict-foot">
        <p>
          <LastChecked diagnosis={diagnosis} />
        </p>
        {action}
      </div>
    </section>
  );
}

/** The worst first; of two that are as bad the first, for mail needs the DKIM record most. */
export function mostUrgent(records: readonly RecordDiagnosis[]): RecordDiagnosis | undefined {
  return [...records].sort(
    (one, other) => SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity),
  )[0];
}

/** While a record that was right is found wrong once, that is said before what was found. */
function summaryFor(
  status: Status,
  { severity, transient, title, detail }: RecordDiagnosis,
): Pick<RecordDiagnosis, 'title' | 'detail'> {
  if (status === 'verified' && severity === 'ok') {
    return {
      title: 'Everything is in place',
      detail: 'The records are in the DNS. Mail from this domain is signed, and receivers can check it.',
    };
  }
  if (status === 'degraded') {
    const consequence = transient ? '' : ' If the next check finds the same, mail can’t be sent from it.';
    return { title, detail: `${detail} The domain still counts as verified.${consequence}` };
  }
  // Whoever reads of something amiss fears for the mail.
  if (status === 'verified') {
    return { title, detail: `${detail} The domain is verified. ${STATUSES.verified.meaning}` };
  }
  return { title, detail };
}

function LastChecked({ diagnosis: { checked_at, next_check_at } }: { diagnosis: Diagnosis }) {
  return (
    <>
      {checked_at === null ? (
        'Not checked yet'
      ) : (
        <>
          Checked <Time at={checked_at} />
        </>
      )}
      {next_check_at === null ? (
        '; again when you ask for it.'
      ) : (
        <>
          ; next check <Time at={next_check_at} />.
        </>
      )}
    </>
  );
}
