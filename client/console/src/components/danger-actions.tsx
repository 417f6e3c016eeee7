import type { ComponentChildren } from 'preact';

interface DangerActionsProps {
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  /** What the button says. */
  readonly children: ComponentChildren;
}

/** The end of a dialog that asks before something is done that can't be undone easily. */
export function DangerActions({ isPending, onConfirm, onCancel, children }: DangerActionsProps) {
  return (
    <div class="actions">
      <button type="button" class="button danger" disabled={isPending} onClick={onConfirm}>
        {children}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
