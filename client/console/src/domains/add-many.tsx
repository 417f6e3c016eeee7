import { CircleCheck, CircleX } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { Field } from '../components/field.tsx';
import { useIdentity } from '../session/identity.ts';
import { type AddedName, useAddMany } from './use-add-many.ts';

/** Adds the domains of a pasted list, and tells what became of each line. */
export function AddMany() {
  const { account } = useIdentity();
  const [text, setText] = useState('');
  const { results, isRunning, add } = useAddMany(account.id);
  const names = parseNames(text);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void add(names);
  };
  return (
    <form class="add-domain add-many" onSubmit={submit}>
      <Field label="Domains" hint="One a line. Of a table (CSV), the first column counts." fieldError={null}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={8}
            required
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="actions">
        <button type="submit" class="button primary" disabled={isRunning || names.length === 0}>
          {isRunning ? 'Adding…' : `Add ${names.length === 1 ? 'one domain' : `${names.length} domains`}`}
        </button>
      </div>
      {results.length > 0 && <Results results={results} />}
    </form>
  );
}

function Results({ results }: { results: readonly AddedName[] }) {
  return (
    <ol class="add-results" aria-label="Results">
      {results.map(({ name, error }, at) => (
        // The same name can stand in several lines, and lines are added at the end only.
        <li key={at} data-tone={error === null ? 'ok' : 'error'}>
          {error === null ? <CircleCheck aria-hidden="true" /> : <CircleX aria-hidden="true" />}
          <span>
            <strong>{name}</strong> <span>{error ?? 'Added.'}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The first cell of each line. */
function parseNames(text: string): string[] {
  return text
    .split('\n')
    .map(
      (line) =>
        line
          .split(/[,;\t]/)[0]
          ?.trim()
          .replace(/^"(.*)"$/, '$1') ?? '',
    )
    .filter((name) => name !== '');
}
