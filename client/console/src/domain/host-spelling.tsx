import type { DnsForm } from './dns-form.ts';

/** Whether hosts are shown relative to the zone or with it. */
export type HostSpelling = 'short' | 'full';

interface HostSpellingChoiceProps {
  readonly form: DnsForm;
  readonly spelling: HostSpelling;
  readonly onChange: (spelling: HostSpelling) => void;
}

const CHOICES: readonly { readonly spelling: HostSpelling; readonly word: string }[] = [
  { spelling: 'short', word: 'Short (most providers)' },
  { spelling: 'full', word: 'Full' },
];

/** The choice between the two, with a line on which one providers want. */
export function HostSpellingChoice({ form: { zone, records }, spelling, onChange }: HostSpellingChoiceProps) {
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
      <p class="hint">
        Most providers add <strong>.{zone}</strong> for you: use the short host. If their form then shows{' '}
        <code>{records[0]?.fqdn}</code>, that’s correct. Use the full host only if the form asks for it.
      </p>
    </fieldset>
  );
}
