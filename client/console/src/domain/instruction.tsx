import { CopyButton } from '../parts/copy-button.tsx';

/** Longer values are shown by their ends: nobody compares them by eye. */
const SHOWN_IN_FULL = 64;

/**
 * A sentence that says what to type. What stands in it between “ and ” is to be typed exactly, and gets a copy button.
 * `asTyped` gives a value as the provider's form wants it.
 */
export function Instruction({ sentence, asTyped }: { sentence: string; asTyped: (value: string) => string }) {
  // Every other part stood in quotation marks; the mark that ends a clause stays with what it follows.
  const parts = sentence.split(/“([^”]*)”([.,]?)/);
  return (
    <p class="instruction">
      {parts.map((part, at) => {
        if (at % PARTS === 0) return part;
        if (at % PARTS === 2) return null;
        const before = parts.filter((_, other) => other < at && other % PARTS === 0).join('');
        return (
          <Exact
            key={`${at} ${part}`}
            // What is to be found and changed is shown as it is, and is not to be typed.
            text={IS_THERE.test(before) ? part : asTyped(part)}
            isTyped={!IS_THERE.test(before)}
            mark={parts[at + 1] ?? ''}
          />
        );
      })}
    </p>
  );
}

/** Of each repetition: the words before, what stood in quotation marks, and the mark after. */
const PARTS = 3;

/** The words before something that is in the DNS, and shall not be: “change … from”, “remove … and”. */
const IS_THERE = /from $|\bremove (?!.*\bkeep\b)/;

interface ExactProps {
  readonly text: string;
  readonly isTyped: boolean;
  readonly mark: string;
}

function Exact({ text, isTyped, mark }: ExactProps) {
  return (
    <span class="exact">
      <code title={text}>
        {text.length > SHOWN_IN_FULL ? `${text.slice(0, 28)}…${text.slice(-12)}` : text}
      </code>
      {isTyped && <CopyButton text={text} what={text.length > SHOWN_IN_FULL ? 'the value' : text} />}
      {mark !== '' && <span class="clause-end">{mark}</span>}
    </span>
  );
}
