import type { ComponentChildren } from 'preact';

interface DangerActionsProps {
  /** Whether what is asked about can be undone, and breaks nothing. */
  readonly isSafe?: boolean;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  /** What the button says. */
  readonly children: ComponentChildren;
}

/** The end of a dialog that asks before something is done. */
export function DangerActions({
  isSafe = false,
  isPending,
  onConfirm,
  onCancel,
  children,
}: DangerActionsProps) {
  return (
    <div class="actions">
      <button
        type="button"
        class={`button ${isSafe ? 'primary' : 'danger'}`}
        disabled={isPending}
        onClick={onConfirm}
      >
        {children}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
