import type { ComponentChildren } from 'preact';
import { RadioChoices } from '../components/radio-choices.tsx';

/** Whether hosts are shown relative to the zone or with it. */
export type HostSpelling = 'short' | 'full';

interface HostSpellingChoiceProps {
  readonly spelling: HostSpelling;
  readonly onChange: (spelling: HostSpelling) => void;
  /** Which one the form wants. */
  readonly hints: ComponentChildren;
}

const CHOICES: readonly { readonly value: HostSpelling; readonly word: string }[] = [
  { value: 'short', word: 'Short (most providers)' },
  { value: 'full', word: 'Full' },
];

/** The choice between the two. */
export function HostSpellingChoice({ spelling, onChange, hints }: HostSpellingChoiceProps) {
  return (
    <fieldset class="host-form">
      <legend>Show host as</legend>
      <RadioChoices name="host-spelling" choices={CHOICES} chosen={spelling} onChoose={onChange} />
      {hints}
    </fieldset>
  );
}
