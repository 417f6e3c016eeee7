import type { ButtonHTMLAttributes } from 'preact';

interface BusyButtonProps extends Omit<ButtonHTMLAttributes, 'disabled'> {
  /** Whether what it does is under way: then it does nothing, and sends no form. */
  readonly isBusy: boolean;
}

/** A button that keeps the focus while what it does is under way, which a disabled one would lose. */
export function BusyButton({ isBusy, onClick, children, ...attributes }: BusyButtonProps) {
  return (
    <button
      {...attributes}
      aria-disabled={isBusy}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}
