import { ExternalLink } from 'lucide-preact';
import { DomainName } from '../components/domain-name.tsx';
import type { DnsForm } from './dns-form.ts';
import type { Provider } from './provider.ts';

interface ProviderNoteProps {
  readonly form: DnsForm;
  /** Null: nobody who is known here. */
  readonly provider: Provider | null;
  /** Whether the records are there already. */
  readonly isPublished: boolean;
}

/** Where the records go, and the habits of the form there. */
export function ProviderNote({ form: { zone, records }, provider, isPublished }: ProviderNoteProps) {
  const [record] = records;
  if (provider === null || record === undefined) {
    return (
      <p class="provider">
        {isPublished ? 'Leave ' : 'Add '}
        {records.length === 1 ? 'it' : 'them'} where the DNS of{' '}
        <strong>
          <DomainName name={zone} />
        </strong>{' '}
        is kept: mostly with the company that the domain was bought from. Leave everything else there as it
        is.
      </p>
    );
  }
  return (
    <p class="provider" data-provider={provider.name}>
      The DNS of{' '}
      <strong>
        <DomainName name={zone} />
      </strong>{' '}
      is at <strong>{provider.name}</strong>.{' '}
      <a href={provider.page} target="_blank" rel="noopener noreferrer">
        Open its DNS page
        <ExternalLink aria-hidden="true" />
        <span class="visually-hidden"> (in a new tab)</span>
      </a>
      .{' '}
      {provider.appendsDomain && (
        <>
          {provider.name} appends the domain by itself: in its field “{provider.hostField}” type only{' '}
          <code>{record.host}</code>.
        </>
      )}{' '}
      {provider.wantsQuotedStrings &&
        'It wants long values in quotation marks, in pieces: below they are so already.'}
    </p>
  );
}
