import { X } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface DialogProps {
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  /** What closing the dialog would lose, as a sentence that is shown before it does; null if nothing. */
  readonly loss?: string | null;
  /** The way out at the end of the dialog; none where the children have their own. */
  readonly done?: string | undefined;
  readonly children: ComponentChildren;
}

/**
 * The browser's own modal dialog, open as long as it is rendered. Escape, the backdrop and the buttons close it; focus
 * goes back where it was.
 */
export function Dialog({ title, onClose, loss = null, done, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const isPressedOutside = useRef(false);
  const [isAsking, setAsking] = useState(false);
  const close = () => (loss === null ? onClose() : setAsking(true));
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
      onKeyDown={(event) => {
        // Browsers close a dialog at the second Escape whatever `cancel` says, but not where the key was handled.
        if (event.key !== 'Escape') return;
        event.preventDefault();
        close();
      }}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onPointerDown={(event) => {
        isPressedOutside.current = isOutside(event);
      }}
      onClick={(event) => {
        // A text that is selected may end outside.
        if (isPressedOutside.current && isOutside(event)) close();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="button icon-only" aria-label="Close" onClick={close}>
          <X aria-hidden="true" />
        </button>
      </header>
      {children}
      {isAsking && loss !== null ? (
        <Loss loss={loss} onClose={onClose} onKeep={() => setAsking(false)} />
      ) : (
        done !== undefined && (
          <div class="actions">
            <button type="button" class="button primary" onClick={close}>
              {done}
            </button>
          </div>
        )
      )}
    </dialog>
  );
}

interface LossProps {
  readonly loss: string;
  readonly onClose: () => void;
  readonly onKeep: () => void;
}

function Loss({ loss, onClose, onKeep }: LossProps) {
  const keep = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => keep.current?.focus(), []);
  return (
    <div class="loss" role="alert">
      <p>{loss}</p>
      <div class="actions">
        <button type="button" class="button danger" onClick={onClose}>
          Close anyway
        </button>
        <button type="button" class="button" ref={keep} onClick={onKeep}>
          Go back
        </button>
      </div>
    </div>
  );
}

/** The dialog's box is its own; a press beside it is on the backdrop. */
function isOutside({ clientX: x, clientY: y, target, currentTarget }: MouseEvent): boolean {
  if (target !== currentTarget || !(currentTarget instanceof Element)) return false;
  const box = currentTarget.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}
