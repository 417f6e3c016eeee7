import type { Diagnosis, Domain } from '@letterhead/shared';
import { ExternalLink } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { inOwnLetters } from '../parts/domain-name.tsx';
import type { Provider } from './provider.ts';
import { type HostForm, RecordCard } from './record-card.tsx';
import { fullHost, registrableDomain } from './record-names.ts';

interface RecordsProps {
  readonly domain: Domain;
  readonly diagnosis: Diagnosis | undefined;
  readonly provider: Provider | null;
  readonly asTyped: (value: string) => string;
}

/** What is to be typed into the provider's form. */
export function Records({ domain, diagnosis, provider, asTyped }: RecordsProps) {
  const [hostForm, setHostForm] = useState<HostForm>('relative');
  return (
    <section class="records" aria-labelledby="records-title">
      <h2 id="records-title">{headingFor(domain.dns_records)}</h2>
      <ProviderNote domain={domain} provider={provider} />
      <HostFormChoice domain={domain} hostForm={hostForm} onChange={setHostForm} />
      {domain.dns_records.map((record) => (
        <RecordCard
          key={record.label}
          record={record}
          domain={domain}
          diagnosis={diagnosis?.records.find(({ label }) => label === record.label)}
          hostForm={hostForm}
          asTyped={asTyped}
        />
      ))}
    </section>
  );
}

function headingFor(records: Domain['dns_records']): string {
  const noun = records.length === 1 ? 'The record' : 'The records';
  return isPublished(records) ? `${noun}, as in the DNS` : `${noun} to add`;
}

function isPublished(records: Domain['dns_records']): boolean {
  return records.every(({ verified }) => verified);
}

function ProviderNote({ domain, provider }: Pick<RecordsProps, 'domain' | 'provider'>) {
  const zone = inOwnLetters(registrableDomain(domain));
  if (provider === null) {
    return (
      <p class="provider">
        {isPublished(domain.dns_records) ? 'Leave ' : 'Add '}
        {domain.dns_records.length === 1 ? 'it' : 'them'} where the DNS of <strong>{zone}</strong> is kept:
        mostly with the company that the domain was bought from. Leave everything else there as it is.
      </p>
    );
  }
  const [record] = domain.dns_records;
  return (
    <p class="provider" data-provider={provider.name}>
      The DNS of <strong>{zone}</strong> is at <strong>{provider.name}</strong>.{' '}
      <a href={provider.page} target="_blank" rel="noopener noreferrer">
        Open its DNS page
        <ExternalLink aria-hidden="true" />
        <span class="unseen"> (in a new tab)</span>
      </a>{' '}
      {provider.appendsDomain && record !== undefined && (
        <>
          {provider.name} appends the domain by itself: in its field “{provider.hostField}” type only{' '}
          <code>{record.hostname}</code>.
        </>
      )}{' '}
      {provider.wantsQuotedStrings &&
        'It wants long values in quotation marks, in pieces: below they are so already.'}
    </p>
  );
}

interface HostFormChoiceProps {
  readonly domain: Domain;
  readonly hostForm: HostForm;
  readonly onChange: (form: HostForm) => void;
}

function HostFormChoice({ domain, hostForm, onChange }: HostFormChoiceProps) {
  const [record] = domain.dns_records;
  if (record === undefined) return null;
  return (
    <fieldset class="host-form">
      <legend>Host name</legend>
      <div class="choices">
        <label>
          <input
            type="radio"
            name="host-form"
            checked={hostForm === 'relative'}
            onChange={() => onChange('relative')}
          />
          <span>Short</span>
        </label>
        <label>
          <input
            type="radio"
            name="host-form"
            checked={hostForm === 'full'}
            onChange={() => onChange('full')}
          />
          <span>In full</span>
        </label>
      </div>
      <p class="hint">
        Most providers add <strong>.{registrableDomain(domain)}</strong> by themselves and want the short one.
        If the form then shows <code>{fullHost(record, domain)}</code>, it is right. Only where a form asks
        for the full name, take that.
      </p>
    </fieldset>
  );
}
