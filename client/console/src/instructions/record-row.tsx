import type { Diagnosis, RecordDiagnosis } from '@letterhead/shared';
import { ChevronDown } from 'lucide-preact';
import { useId, useState } from 'preact/hooks';
import { CopyButton } from '../components/copy-button.tsx';
import { breakable } from '../components/domain-name.tsx';
import { SeverityIcon } from '../components/status-badge.tsx';
import { useMinHeight } from '../components/use-min-height.ts';
import { isOurFault, isWrong } from './checklist-words.ts';
import type { FormRecord } from './dns-form.ts';
import { Evidence } from './evidence.tsx';
import type { HostSpelling } from './host-spelling.tsx';
import { KeyRole } from './key-role.tsx';
import type { AsTyped } from './provider.ts';
import { RecordProblem } from './record-problem.tsx';

interface RecordRowProps {
  readonly record: FormRecord;
  /** Whether the domain has records for other keys as well. */
  readonly isOneOfMany: boolean;
  readonly diagnosis: Diagnosis | undefined;
  readonly spelling: HostSpelling;
  readonly asTyped: AsTyped;
  readonly isAwaited: boolean;
}

/** One record as a DNS form asks for it, with its state, and below it what is the matter. */
export function RecordRow({ record, isOneOfMany, diagnosis, spelling, asTyped, isAwaited }: RecordRowProps) {
  const { label, type, fqdn } = record;
  const [isOpen, setOpen] = useState(false);
  const detailsId = useId();
  // A change that comes by itself must not move what is being read; one that was asked for may.
  const details = useMinHeight<HTMLDivElement>(!isAwaited);
  const own = diagnosis?.records.find((one) => one.fqdn === fqdn);
  const host = spelling === 'short' ? record.host : fqdn;
  const value = asTyped(record);
  const problem = diagnosis !== undefined && own !== undefined && isWrong(diagnosis, own) ? own : null;
  return (
    <tbody class="record" data-record={label} data-code={own?.code}>
      <tr>
        <th scope="row">
          <code>{type}</code>
          <small>{label}</small>
          {isOneOfMany && <KeyRole of={record} />}
        </th>
        <td data-label="Host">
          <div class="copyable">
            <code>{breakable(host)}</code>
            <CopyButton text={host} what={`the ${label} host`} />
          </div>
        </td>
        <td data-label="Value">
          <div class="copyable">
            <code class="value clipped" title={value}>
              {value}
            </code>
            <CopyButton text={value} what={`the ${label} value`} />
          </div>
        </td>
        <td class="record-state">
          {own !== undefined && <RecordState diagnosis={own} />}
          <button
            type="button"
            class="details-toggle"
            aria-expanded={isOpen}
            aria-controls={detailsId}
            onClick={() => setOpen(!isOpen)}
          >
            <span class="details-word">Details</span>
            <span class="visually-hidden"> of the {label} record</span>
            <ChevronDown aria-hidden="true" />
          </button>
        </td>
      </tr>
      <tr class="record-details">
        <td colSpan={4}>
          <div ref={details} id={detailsId}>
            {problem !== null && (
              <RecordProblem
                diagnosis={problem}
                record={{ host: record.host, value }}
                spelling={spelling}
                asTyped={asTyped}
              />
            )}
            {isOpen && (
              <Evidence label={label} value={value} diagnosis={own} isExplained={problem !== null} />
            )}
          </div>
        </td>
      </tr>
    </tbody>
  );
}

const STATES: Record<RecordDiagnosis['state'], string> = {
  unchecked: 'Unchecked',
  valid: 'Found',
  missing: 'Not found',
  invalid: 'Wrong',
  unknown: 'Not known',
};

function RecordState({ diagnosis }: { diagnosis: RecordDiagnosis }) {
  const { state, severity } = diagnosis;
  return (
    <span class="badge" data-tone={severity} data-state={state}>
      <SeverityIcon severity={severity} />
      {wordFor(diagnosis)}
    </span>
  );
}

function wordFor(diagnosis: RecordDiagnosis): string {
  const { state, found_at } = diagnosis;
  if (isOurFault(diagnosis)) return 'Ours to fix';
  return state === 'missing' && found_at !== null ? 'Wrong host' : STATES[state];
}
