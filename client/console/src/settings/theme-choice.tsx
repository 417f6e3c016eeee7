import { useState } from 'preact/hooks';
import { chooseTheme, chosenTheme, THEMES, type Theme } from './theme.ts';

const WORDS: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

/** The choice between light and dark colors, for this browser alone. */
export function ThemeChoice() {
  const [chosen, setChosen] = useState(chosenTheme);
  return (
    <section aria-labelledby="theme-title">
      <h2 id="theme-title">Theme</h2>
      <fieldset>
        <legend class="visually-hidden">Theme</legend>
        <div class="choices">
          {THEMES.map((theme) => (
            <label key={theme}>
              <input
                type="radio"
                name="theme"
                checked={theme === chosen}
                onChange={() => {
                  chooseTheme(theme);
                  setChosen(theme);
                }}
              />
              <span>{WORDS[theme]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <p class="hint">In this browser only.</p>
    </section>
  );
}
