import type { RecordDiagnosis } from '@letterhead/shared';
import { SeverityIcon } from '../components/status-badge.tsx';
import { Time } from '../components/time.tsx';
import { Differences } from './difference.tsx';
import type { HostSpelling } from './host-spelling.tsx';
import { Instruction } from './instruction.tsx';
import type { AsTyped } from './provider.ts';

interface RecordProblemProps {
  readonly diagnosis: RecordDiagnosis;
  /** What the row above has copy buttons for. */
  readonly record: { readonly host: string; readonly value: string };
  readonly spelling: HostSpelling;
  readonly asTyped: AsTyped;
}

/** What is the matter with a record: the finding, what differs, and what to do. */
export function RecordProblem({ diagnosis, record, spelling, asTyped }: RecordProblemProps) {
  const { code, severity, title, detail, fix, action, clears_at } = diagnosis;
  return (
    <div class="verdict" data-tone={severity} data-code={code}>
      <h3>
        <SeverityIcon severity={severity} />
        {title}
      </h3>
      <p>{detail}</p>
      {clears_at !== null && <ClearsAt at={clears_at} />}
      <Differences diagnosis={diagnosis} />
      {/* What is to be added stands in the row above. */}
      {fix !== null && action?.kind !== 'add' && (
        <div class="to-do">
          <h4>What to do</h4>
          <Instruction
            toDo={diagnosis}
            asTyped={asTyped}
            spelling={spelling}
            copiedAbove={[record.host, record.value]}
          />
        </div>
      )}
    </div>
  );
}

export function ClearsAt({ at }: { at: Date }) {
  return (
    <p>
      Some mail providers may still see the old answer. It expires <Time at={at} />.
    </p>
  );
}
