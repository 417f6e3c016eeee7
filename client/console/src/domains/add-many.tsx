import { useState } from 'preact/hooks';
import { letterhead } from '../api/api.ts';
import { Field } from '../components/field.tsx';
import { useIdentity } from '../session/identity.ts';
import { TaskResults } from './task-results.tsx';
import { type Task, useEach } from './use-each.ts';

/** Adds the domains of a pasted list, and tells what became of each line. */
export default function AddMany() {
  const { account } = useIdentity();
  const [text, setText] = useState('');
  const { results, isRunning, notice, run } = useEach();
  const names = parseNames(text);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(names.map((name) => addTask(account.id, name)));
  };
  return (
    <form class="add-domain add-many" onSubmit={submit}>
      <Field
        label="Domains"
        hint="One per line, or a CSV file’s text with the domains in the first column."
        fieldError={null}
      >
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
      <TaskResults results={results} notice={notice} />
    </form>
  );
}

function addTask(account: number, name: string): Task {
  const run = async () => {
    await letterhead.domains.create.mutate({ account, domain: name });
    return 'Added.';
  };
  return { name, run };
}

/** The first cell of each line, but for the heading of an exported list. */
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
    .filter((name, line) => name !== '' && !(line === 0 && name === 'domain'));
}
