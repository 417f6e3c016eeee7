import { useState } from 'preact/hooks';
import { Dialog } from '../components/dialog.tsx';
import { areShortcutsOn, turnShortcuts } from '../components/use-shortcuts.ts';

const SHORTCUTS = [
  ['/', 'Search by name'],
  ['a', 'Show what needs attention'],
  ['c', 'Add a domain'],
  ['e', 'Export as CSV'],
  ['?', 'Show this list'],
] as const;

/** What each key does in the list, and whether they do it. */
export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const [isOn, setOn] = useState(areShortcutsOn);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {SHORTCUTS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label class="setting">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(event) => {
            turnShortcuts(event.currentTarget.checked);
            setOn(event.currentTarget.checked);
          }}
        />
        Use single-key shortcuts in this browser
      </label>
    </Dialog>
  );
}
