import type { ComponentChildren } from 'preact';

interface FormActionsProps {
  readonly isPending: boolean;
  readonly onCancel: () => void;
  /** What the button says that sends the form. */
  readonly children: ComponentChildren;
}

/** The end of a form in a dialog. */
export function FormActions({ isPending, onCancel, children }: FormActionsProps) {
  return (
    <div class="actions">
      <button type="submit" class="button primary" disabled={isPending}>
        {children}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
