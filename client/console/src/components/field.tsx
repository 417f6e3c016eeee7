import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is wrong with the value; null where nothing is. */
  readonly fieldError: ComponentChildren;
  readonly children: (attributes: FieldAttributes) => ComponentChildren;
}

/** What ties an input to its label, hint and complaint. */
interface FieldAttributes {
  readonly id: string;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid': boolean;
}

/** One field of a form. The complaint has its place from the start, so that nothing moves when it comes. */
export function Field({ label, hint, fieldError, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {children({ id, 'aria-describedby': `${id}-hint ${id}-error`, 'aria-invalid': fieldError !== null })}
      <p id={`${id}-error`} class="field-error" role="alert">
        {fieldError}
      </p>
    </div>
  );
}
