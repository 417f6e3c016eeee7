import type { Diagnosis, RecordDiagnosis } from '@letterhead/shared';
import { useState } from 'preact/hooks';
import type { DnsForm } from './dns-form.ts';
import { type HostSpelling, HostSpellingChoice } from './host-spelling.tsx';
import type { AsTyped } from './instruction.tsx';
import type { Provider } from './provider.ts';
import { ProviderNote } from './provider-note.tsx';
import { RecordCard } from './record-card.tsx';

interface RecordsProps {
  readonly form: DnsForm;
  readonly diagnosis: Diagnosis | undefined;
  readonly provider: Provider | null;
  readonly asTyped: AsTyped;
  /** The record that the verdict is about; what is the matter with another is said beside it. */
  readonly summarized: RecordDiagnosis | undefined;
}

/** What is to be typed into the provider's form. */
export function Records({ form, diagnosis, provider, asTyped, summarized }: RecordsProps) {
  const [spelling, setSpelling] = useState<HostSpelling>('short');
  const isPublished = diagnosis?.records.every(({ state }) => state === 'valid') === true;
  return (
    <section class="records" aria-labelledby="records-title">
      <h2 id="records-title">{headingFor(form, isPublished)}</h2>
      <ProviderNote form={form} provider={provider} isPublished={isPublished} />
      <HostSpellingChoice form={form} spelling={spelling} onChange={setSpelling} />
      {form.records.map((record) => (
        <RecordCard
          key={record.label}
          record={record}
          diagnosis={diagnosis?.records.find(({ label }) => label === record.label)}
          spelling={spelling}
          asTyped={asTyped}
          isSummarized={record.label === summarized?.label}
        />
      ))}
    </section>
  );
}

function headingFor({ records }: DnsForm, isPublished: boolean): string {
  const noun = records.length === 1 ? 'The record' : 'The records';
  return isPublished ? `${noun}, as in the DNS` : `${noun} to add`;
}
