import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** Error message of the value; null if there is none. */
  readonly fieldError: ComponentChildren;
  /** What to consider about a valid value; shown where there is no error. */
  readonly warning?: string | null;
  readonly children: (attributes: FieldAttributes) => ComponentChildren;
}

/** Attributes that link an input to its label, hint and error. */
interface FieldAttributes {
  readonly id: string;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid': boolean;
}

/** Field of a form. Reserves space for the error, so that showing it does not move the layout. */
export function Field({ label, hint, fieldError, warning = null, children }: FieldProps) {
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
      <p id={`${id}-error`} class={fieldError === null ? 'field-error warning' : 'field-error'} role="alert">
        {fieldError ?? warning}
      </p>
    </div>
  );
}
