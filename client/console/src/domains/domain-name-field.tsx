import { type Domain, findUnlikelyName } from '@letterhead/shared';
import type { ComponentChildren, RefObject } from 'preact';
import { Field } from '../components/field.tsx';

interface DomainNameFieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What the server has refused, or would refuse; null where nothing is the matter. */
  readonly fieldError: ComponentChildren;
  readonly value: Domain['domain'];
  readonly input: RefObject<HTMLInputElement>;
  readonly onInput: (name: string) => void;
}

/** Where the name of a domain is typed: no keyboard may capitalise, complete or correct it. */
export function DomainNameField({ label, hint, fieldError, value, input, onInput }: DomainNameFieldProps) {
  return (
    <Field label={label} hint={hint} fieldError={fieldError} warning={findUnlikelyName(value)}>
      {(attributes) => (
        <input
          {...attributes}
          ref={input}
          type="text"
          name="domain"
          inputMode="url"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          required
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
