import { useEffect, useRef } from 'preact/hooks';

const SETTING = 'letterhead.shortcuts';

/** Single keys get into the way of those who dictate (WCAG 2.1.4): they can be turned off, for this browser. */
export function areShortcutsOn(): boolean {
  return localStorage.getItem(SETTING) !== 'off';
}

export function turnShortcuts(isOn: boolean): void {
  if (isOn) localStorage.removeItem(SETTING);
  else localStorage.setItem(SETTING, 'off');
}

/** Runs what a key stands for, unless it is typed into a field, goes to a dialog, or is part of another shortcut. */
export function useShortcuts(shortcuts: Readonly<Record<string, () => void>>): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const run = latest.current[event.key];
      if (run === undefined || event.ctrlKey || event.metaKey || event.altKey || !areShortcutsOn()) return;
      const isTaken =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
      if (isTaken || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      run();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
