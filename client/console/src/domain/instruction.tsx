import { CopyButton } from '../parts/copy-button.tsx';

/** Longer values are shown by their ends: nobody compares them by eye. */
const SHOWN_IN_FULL = 64;

/**
 * A sentence that says what to type. What stands in it between “ and ” is to be typed exactly, and gets a copy button.
 * `asTyped` gives a value as the provider's form wants it.
 */
export function Instruction({ sentence, asTyped }: { sentence: string; asTyped: (value: string) => string }) {
  const parts = sentence.split(/“([^”]*)”/);
  return (
    <p class="instruction">
      {parts.map((part, at) =>
        at % 2 === 0 ? (
          part
        ) : (
          // What is replaced is to be found, not to be typed.
          <Exact key={`${at} ${part}`} text={asTyped(part)} isTyped={!parts[at - 1]?.endsWith('from ')} />
        ),
      )}
    </p>
  );
}

function Exact({ text, isTyped }: { text: string; isTyped: boolean }) {
  return (
    <span class="exact">
      <code title={text}>
        {text.length > SHOWN_IN_FULL ? `${text.slice(0, 28)}…${text.slice(-12)}` : text}
      </code>
      {isTyped && <CopyButton text={text} what={text.length > SHOWN_IN_FULL ? 'the value' : text} />}
    </span>
  );
}
