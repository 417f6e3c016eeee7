import { useState } from 'preact/hooks';
import { RadioChoices } from '../components/radio-choices.tsx';
import { chooseTheme, chosenTheme, type Theme } from './theme.ts';

const CHOICES: readonly { readonly value: Theme; readonly word: string }[] = [
  { value: 'system', word: 'As the system' },
  { value: 'light', word: 'Light' },
  { value: 'dark', word: 'Dark' },
];

/** The choice between light and dark colors, for this browser alone. */
export function ThemeChoice() {
  const [chosen, setChosen] = useState(chosenTheme);
  return (
    <section aria-labelledby="theme-title">
      <h2 id="theme-title">Theme</h2>
      <fieldset>
        <legend class="visually-hidden">Theme</legend>
        <RadioChoices
          name="theme"
          choices={CHOICES}
          chosen={chosen}
          onChoose={(theme) => {
            chooseTheme(theme);
            setChosen(theme);
          }}
        />
      </fieldset>
      <p class="hint">In this browser only.</p>
    </section>
  );
}
