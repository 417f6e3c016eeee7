import { ExternalLink } from 'lucide-preact';
import { DomainName } from '../components/domain-name.tsx';
import { RadioChoices } from '../components/radio-choices.tsx';
import type { Provider } from './providers.ts';

interface ProviderNoteProps {
  readonly zone: string;
  /** All that the zone may be at; none if that is not known. */
  readonly candidates: readonly Provider[];
  /** The one that it is at, if there is one candidate or the reader has chosen one. */
  readonly provider: Provider | null;
  /** Whether the records are all that there is to do there. */
  readonly isAll: boolean;
  readonly onChoose: (provider: Provider) => void;
}

/** Where the records go. */
export function ProviderNote({ zone: name, candidates, provider, isAll, onChoose }: ProviderNoteProps) {
  const limits = isAll && ' Change nothing else.';
  const zone = (
    <strong>
      <DomainName name={name} />
    </strong>
  );
  if (candidates.length === 0) {
    return (
      <p class="provider">
        Do this where the DNS of {zone} is managed, usually where you bought it.{limits}
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
        .{limits}
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

interface ProviderChoiceProps {
  readonly candidates: readonly Provider[];
  readonly chosen: Provider | null;
  readonly onChoose: (provider: Provider) => void;
}

function ProviderChoice({ candidates, chosen, onChoose }: ProviderChoiceProps) {
  return (
    <fieldset class="provider-choice">
      <legend>Show the records for</legend>
      <RadioChoices
        name="provider"
        choices={candidates.map((value) => ({ value, word: value.name }))}
        chosen={chosen}
        onChoose={onChoose}
      />
    </fieldset>
  );
}
