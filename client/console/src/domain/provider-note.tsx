import { ExternalLink } from 'lucide-preact';
import { DomainName } from '../components/domain-name.tsx';
import type { DnsForm } from './dns-form.ts';
import type { Provider } from './providers.ts';

interface ProviderNoteProps {
  readonly form: DnsForm;
  /** All that the zone may be at; none if that is not known. */
  readonly candidates: readonly Provider[];
  /** The one that it is at, if there is one candidate or the reader has chosen one. */
  readonly provider: Provider | null;
  readonly onChoose: (provider: Provider) => void;
  /** Whether the records shown have their long values in quotation marks. */
  readonly isQuoted: boolean;
}

/** Where the records go, and how the form there wants them. */
export function ProviderNote({ form, candidates, provider, onChoose, isQuoted }: ProviderNoteProps) {
  const zone = (
    <strong>
      <DomainName name={form.zone} />
    </strong>
  );
  if (candidates.length === 0) {
    return (
      <p class="provider">
        Add {form.records.length === 1 ? 'it' : 'them'} where the DNS of {zone} is managed, usually the
        company you bought the domain from. Don’t change anything else there.
      </p>
    );
  }
  return (
    <div class="provider" data-provider={provider?.name}>
      <p>
        The DNS of {zone} is at{' '}
        {candidates.map((one, at) => (
          <span key={one.name}>
            {at > 0 && ' or '}
            <strong>{one.name}</strong> (<ProviderLink provider={one} />)
          </span>
        ))}
        . {provider !== null && <FormHints provider={provider} form={form} isQuoted={isQuoted} />}
      </p>
      {candidates.length > 1 && (
        <ProviderChoice candidates={candidates} chosen={provider} onChoose={onChoose} />
      )}
    </div>
  );
}

function ProviderLink({ provider: { name, link } }: { provider: Provider }) {
  return (
    <a href={link.url} target="_blank" rel="noopener noreferrer">
      {link.kind === 'form' ? 'open its DNS page' : 'see how to add records'}
      <ExternalLink aria-hidden="true" />
      <span class="visually-hidden"> of {name} (in a new tab)</span>
    </a>
  );
}

interface FormHintsProps {
  readonly provider: Provider;
  readonly form: DnsForm;
  readonly isQuoted: boolean;
}

function FormHints({ provider, form: { zone, records }, isQuoted }: FormHintsProps) {
  const { hostField, valueField, dotsTargets } = provider;
  return (
    <>
      {hostField !== undefined && (
        <>
          In “{hostField}”, enter the host without <strong>.{zone}</strong>
          {valueField !== undefined && <>; in “{valueField}”, the value</>}.{' '}
        </>
      )}
      {isQuoted && 'Long values go in quotation marks, in two parts, as shown. '}
      {dotsTargets === true &&
        records.some(({ type }) => type === 'CNAME') &&
        'The value of a CNAME record ends with a dot there.'}
    </>
  );
}

interface ProviderChoiceProps {
  readonly candidates: readonly Provider[];
  readonly chosen: Provider | null;
  readonly onChoose: (provider: Provider) => void;
}

function ProviderChoice({ candidates, chosen, onChoose }: ProviderChoiceProps) {
  return (
    <fieldset class="provider-choice">
      <legend>Show the records for</legend>
      <div class="choices">
        {candidates.map((one) => (
          <label key={one.name}>
            <input
              type="radio"
              name="provider"
              checked={one.name === chosen?.name}
              onChange={() => onChoose(one)}
            />
            <span>{one.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
