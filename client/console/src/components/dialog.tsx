import { X } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** The browser's own modal dialog, open as long as it is rendered. Escape closes it; focus goes back where it was. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    // The page behind is not scrolled; it keeps the room of its scroll bar, if that takes any.
    const root = document.documentElement;
    root.style.scrollbarGutter = innerWidth > root.clientWidth ? 'stable' : 'auto';
    shown?.showModal();
    // By itself the browser would begin with the button that closes it: rather with a field, or else the way out.
    shown?.querySelector<HTMLElement>('input, textarea, select, .actions .button:last-child')?.focus();
    return () => {
      shown?.close();
      // What had opened it may be gone with what was done in it.
      if (document.activeElement === document.body) document.querySelector<HTMLElement>('h1')?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="button icon-only" aria-label="Close" onClick={onClose}>
          <X aria-hidden="true" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
