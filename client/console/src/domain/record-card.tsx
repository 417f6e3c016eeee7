import type { DnsRecord, Domain, RecordDiagnosis } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.tsx';
import { SeverityIcon } from '../parts/status-badge.tsx';
import { Evidence } from './evidence.tsx';
import { fullHost } from './record-names.ts';

const PURPOSES: Record<DnsRecord['label'], string> = {
  DKIM: 'The key that receivers check your mail’s signature with.',
  'Return-Path': 'Where messages that can’t be delivered come back to.',
};

export type HostForm = 'relative' | 'full';

interface RecordCardProps {
  readonly record: DnsRecord;
  readonly domain: Domain;
  /** Undefined until it is read. */
  readonly diagnosis: RecordDiagnosis | undefined;
  readonly hostForm: HostForm;
  readonly asTyped: (value: string) => string;
}

/** One record as a DNS form asks for it: type, host, value; and what the last check saw of it. */
export function RecordCard({ record, domain, diagnosis, hostForm, asTyped }: RecordCardProps) {
  const titleId = useId();
  const host = hostForm === 'relative' ? record.hostname : fullHost(record, domain);
  const value = asTyped(record.value);
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
      {diagnosis !== undefined && <Evidence diagnosis={diagnosis} asTyped={asTyped} />}
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
