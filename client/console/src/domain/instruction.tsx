import { type Action, type Advice, fixParts, type RecordDiagnosis } from '@letterhead/shared';
import { CopyButton } from '../components/copy-button.tsx';

/** Longer values are shown by their ends: nobody compares them by eye. */
const SHOWN_IN_FULL = 64;

/** A value as the provider's form wants it typed. */
export type AsTyped = (record: Pick<Action, 'type' | 'value'>) => string;

/** What an entry of a diagnosis says to do. */
export type ToDo = Pick<RecordDiagnosis | Advice, 'code' | 'fix' | 'action'>;

/** A sentence that says what to do. What is to be typed exactly gets a copy button. */
export function Instruction({ toDo: { code, fix, action }, asTyped }: { toDo: ToDo; asTyped: AsTyped }) {
  if (action === null) return <p class="instruction">{fix}</p>;
  const parts = fixParts({ code, action });
  return (
    <p class="instruction" data-kind={action.kind}>
      {parts.map((part, at) => {
        if (typeof part === 'string') return at === 0 ? part : withoutMark(part);
        const { exact, role } = part;
        const text = role === 'value' ? asTyped({ type: action.type, value: exact }) : exact;
        return (
          <Exact
            key={`${at} ${exact}`}
            text={text}
            isTyped={role !== 'present'}
            mark={markOf(parts[at + 1])}
          />
        );
      })}
    </p>
  );
}

/** The mark that ends a clause stays with what it follows, wherever the line breaks. */
const MARK = /^[.,]/;

function markOf(next: ReturnType<typeof fixParts>[number] | undefined): string {
  return typeof next === 'string' ? (MARK.exec(next)?.[0] ?? '') : '';
}

function withoutMark(words: string): string {
  return words.replace(MARK, '');
}

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
