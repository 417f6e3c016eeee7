import { useState } from 'preact/hooks';

const SETTING = 'letterhead.appearance';

const APPEARANCES = ['system', 'light', 'dark'] as const;
type Appearance = (typeof APPEARANCES)[number];

const WORDS: Record<Appearance, string> = { system: 'System', light: 'Light', dark: 'Dark' };

/** Shows the page as this browser was set to, before anything is rendered. */
export function applyAppearance(): void {
  document.documentElement.dataset['appearance'] = storedAppearance();
}

function storedAppearance(): Appearance {
  const stored = localStorage.getItem(SETTING);
  return APPEARANCES.find((one) => one === stored) ?? 'system';
}

/** Lets the reader choose between light and dark, for this browser. */
export function AppearanceChoice() {
  const [chosen, setChosen] = useState(storedAppearance);
  const choose = (name: string) => {
    if (name === 'system') localStorage.removeItem(SETTING);
    else localStorage.setItem(SETTING, name);
    applyAppearance();
    setChosen(storedAppearance());
  };
  return (
    <label class="appearance">
      Appearance
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {APPEARANCES.map((name) => (
          <option key={name} value={name}>
            {WORDS[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
