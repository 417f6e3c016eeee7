import type { DnsRecord, RecordDiagnosis } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { CopyButton } from '../components/copy-button.tsx';
import { SeverityIcon } from '../components/status-badge.tsx';
import type { FormRecord } from './dns-form.ts';
import { Evidence } from './evidence.tsx';
import type { HostSpelling } from './host-spelling.tsx';
import type { AsTyped } from './instruction.tsx';

const PURPOSES: Record<DnsRecord['label'], string> = {
  DKIM: 'The key that receivers check your mail’s signature with.',
  'Return-Path': 'Where messages that can’t be delivered come back to.',
};

interface RecordCardProps {
  readonly record: FormRecord;
  /** Undefined until it is read. */
  readonly diagnosis: RecordDiagnosis | undefined;
  readonly spelling: HostSpelling;
  readonly asTyped: AsTyped;
  /** Whether the verdict above says what is the matter with it. */
  readonly isSummarized: boolean;
}

/** One record as a DNS form asks for it: type, host, value; and what the last check saw of it. */
export function RecordCard({ record, diagnosis, spelling, asTyped, isSummarized }: RecordCardProps) {
  const titleId = useId();
  const host = spelling === 'short' ? record.host : record.fqdn;
  const value = asTyped(record);
  return (
    <article class="record" aria-labelledby={titleId}>
      <header>
        <div>
          <h3 id={titleId}>{record.label}</h3>
          <p class="hint">{PURPOSES[record.label]}</p>
        </div>
        {diagnosis !== undefined && <RecordState diagnosis={diagnosis} />}
      </header>
      <dl class="form">
        <FormRow name="Type" copy={null}>
          <code>{record.type}</code>
        </FormRow>
        <FormRow name="Host" copy={<CopyButton text={host} what={`the ${record.label} host`} />}>
          <code class="value">{host}</code>
        </FormRow>
        <FormRow name="Value" copy={<CopyButton text={value} what={`the ${record.label} value`} />}>
          <code class="value">{value}</code>
        </FormRow>
      </dl>
      {diagnosis !== undefined && (
        <Evidence diagnosis={diagnosis} asTyped={asTyped} isSummarized={isSummarized} />
      )}
    </article>
  );
}

function FormRow({
  name,
  copy,
  children,
}: {
  name: string;
  copy: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {copy}
      </dd>
    </div>
  );
}

const STATES: Record<RecordDiagnosis['state'], string> = {
  unchecked: 'Not checked yet',
  valid: 'Found',
  missing: 'Not found',
  invalid: 'Wrong',
  unknown: 'Not known',
};

function RecordState({ diagnosis: { state, severity } }: { diagnosis: RecordDiagnosis }) {
  return (
    <span class="badge" data-tone={severity} data-state={state}>
      <SeverityIcon severity={severity} />
      {STATES[state]}
    </span>
  );
}
