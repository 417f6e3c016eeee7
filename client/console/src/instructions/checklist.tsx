import type { Diagnosis } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { DomainName } from '../components/domain-name.tsx';
import { Time } from '../components/time.tsx';
import { checklistTitle, countFound, isNeeded } from './checklist-words.ts';
import type { DnsForm } from './dns-form.ts';
import { type HostSpelling, HostSpellingChoice } from './host-spelling.tsx';
import type { AsTyped } from './provider.ts';
import { RecordRow } from './record-row.tsx';
import { StatusLine } from './status-line.tsx';

interface ChecklistProps {
  readonly form: DnsForm;
  /** Undefined where none is known yet. */
  readonly diagnosis: Diagnosis | undefined;
  readonly asTyped: AsTyped;
  /** *Check now*. */
  readonly action: ComponentChildren;
  /** Whether the reader has asked for a check that is not finished. */
  readonly isAwaited: boolean;
  /** Why the action failed. */
  readonly problem: ComponentChildren;
  /** Where the records go. */
  readonly note: ComponentChildren;
  /** How the form there wants them. */
  readonly hints: ComponentChildren;
}

/** The records to publish: what to enter, which are found, and what is the matter with those that are wrong. */
export function Checklist({
  form,
  diagnosis,
  asTyped,
  action,
  isAwaited,
  problem,
  note,
  hints,
}: ChecklistProps) {
  const [spelling, setSpelling] = useState<HostSpelling>('short');
  const needed = form.records.filter(isNeeded);
  const found = countFound(needed, diagnosis);
  const isPublished = found === needed.length;
  return (
    <section class="checklist" data-published={isPublished} aria-labelledby="checklist-title">
      <div class="checklist-head">
        <h2 id="checklist-title">
          {checklistTitle(form, diagnosis)}
          {!isPublished && <DomainName name={form.zone} />}
        </h2>
        <p class="progress">
          {found} of {needed.length} found
        </p>
      </div>
      {diagnosis !== undefined && <StatusLine diagnosis={diagnosis} />}
      {!isPublished && note}
      {!isPublished && form.records.some(({ stays }) => stays) && (
        <p class="hint">
          Both CNAME records are needed. They are added once: when the key behind them changes, there is
          nothing to do.
        </p>
      )}
      <table class="records">
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Host</th>
            <th scope="col">Value</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        {form.records.map((record) => (
          <RecordRow
            key={record.fqdn}
            record={record}
            isOneOfMany={form.records.filter(({ key, stays }) => key !== null || stays).length > 1}
            diagnosis={diagnosis}
            spelling={spelling}
            asTyped={asTyped}
            isAwaited={isAwaited}
          />
        ))}
      </table>
      <div class="checklist-foot">
        {diagnosis !== undefined && <LastChecked diagnosis={diagnosis} />}
        {action}
      </div>
      {problem}
      {!isPublished && <HostSpellingChoice spelling={spelling} onChange={setSpelling} hints={hints} />}
    </section>
  );
}

function LastChecked({ diagnosis: { checked_at, next_check_at } }: { diagnosis: Diagnosis }) {
  if (checked_at === null) return <p>Not checked yet</p>;
  return (
    <p>
      Checked <Time at={checked_at} />
      {next_check_at !== null && (
        <>
          {' · '}next automatic check <Time at={next_check_at} />
        </>
      )}
    </p>
  );
}
