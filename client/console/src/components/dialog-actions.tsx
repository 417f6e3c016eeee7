import type { ComponentChildren } from 'preact';
import { BusyButton } from './busy-button.tsx';

interface DialogActionsProps {
  /** Whether it breaks or loses something. */
  readonly isDangerous?: boolean;
  readonly isPending: boolean;
  /** Sends the form around it where this isn't given. */
  readonly onConfirm?: () => void;
  readonly onCancel: () => void;
  /** What the first button says. */
  readonly children: ComponentChildren;
}

/** The end of a dialog: what it is for, and the way out. */
export function DialogActions({
  isDangerous = false,
  isPending,
  onConfirm,
  onCancel,
  children,
}: DialogActionsProps) {
  return (
    <div class="actions">
      <BusyButton
        type={onConfirm === undefined ? 'submit' : 'button'}
        class={`button ${isDangerous ? 'danger' : 'primary'}`}
        isBusy={isPending}
        onClick={onConfirm}
      >
        {children}
      </BusyButton>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
