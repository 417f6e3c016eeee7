import type { ComponentChildren } from 'preact';

/** Whether hosts are shown relative to the zone or with it. */
export type HostSpelling = 'short' | 'full';

interface HostSpellingChoiceProps {
  readonly spelling: HostSpelling;
  readonly onChange: (spelling: HostSpelling) => void;
  /** Which one the form wants. */
  readonly hints: ComponentChildren;
}

const CHOICES: readonly { readonly spelling: HostSpelling; readonly word: string }[] = [
  { spelling: 'short', word: 'Short (most providers)' },
  { spelling: 'full', word: 'Full' },
];

/** The choice between the two. */
export function HostSpellingChoice({ spelling, onChange, hints }: HostSpellingChoiceProps) {
  return (
    <fieldset class="host-form">
      <legend>Show host as</legend>
      <div class="choices">
        {CHOICES.map((choice) => (
          <label key={choice.spelling}>
            <input
              type="radio"
              name="host-spelling"
              checked={spelling === choice.spelling}
              onChange={() => onChange(choice.spelling)}
            />
            <span>{choice.word}</span>
          </label>
        ))}
      </div>
      {hints}
    </fieldset>
  );
}
