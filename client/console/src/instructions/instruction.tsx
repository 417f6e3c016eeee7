import { type Action, type Advice, type FixPart, fixParts, type RecordDiagnosis } from '@letterhead/shared';
import { CopyButton } from '../components/copy-button.tsx';
import { breakable } from '../components/domain-name.tsx';
import type { HostSpelling } from './host-spelling.tsx';
import type { AsTyped } from './provider.ts';

/** Longer values are shown by their ends: nobody compares them by eye. */
const SHOWN_IN_FULL = 64;

/** What an entry of a diagnosis says to do. */
export type ToDo = Pick<RecordDiagnosis | Advice, 'code' | 'fix' | 'action'>;

interface InstructionProps {
  readonly toDo: ToDo;
  readonly asTyped: AsTyped;
  readonly spelling?: HostSpelling;
  /** Texts as typed that have a copy button already. */
  readonly copiedAbove?: readonly string[];
}

/** A sentence that says what to do. What is to be typed exactly has a copy button, here or above. */
export function Instruction({ toDo, asTyped, spelling = 'short', copiedAbove = [] }: InstructionProps) {
  const { code, fix, action } = toDo;
  if (action === null) return <p class="instruction">{fix}</p>;
  const parts = fixParts({ code, action });
  return (
    <p class="instruction" data-kind={action.kind}>
      {parts.map((part, at) => {
        if (typeof part === 'string') return typeof parts[at - 1] === 'object' ? withoutMark(part) : part;
        const text = textOf(part, action, asTyped);
        return (
          <Exact
            key={`${at} ${part.exact}`}
            text={isHost(part, action) && spelling === 'full' ? inFull(text, action.zone) : text}
            isCopied={part.role !== 'present' && !copiedAbove.includes(text)}
            mark={markOf(parts[at + 1])}
          />
        );
      })}
    </p>
  );
}

type ExactPart = Exclude<FixPart, string>;

function textOf({ exact, role }: ExactPart, { type }: Action, asTyped: AsTyped): string {
  return role === 'value' ? asTyped({ type, value: exact }) : exact;
}

/** A record that is to be moved is named by the host where it is. */
function isHost({ role }: ExactPart, { kind }: Action): boolean {
  return role === 'host' || (kind === 'move' && role === 'present');
}

function inFull(host: string, zone: string): string {
  return host === '@' ? zone : `${host}.${zone}`;
}

/** The mark that ends a clause stays with what it follows, wherever the line breaks. */
const MARK = /^[.,]/;

function markOf(next: FixPart | undefined): string {
  return typeof next === 'string' ? (MARK.exec(next)?.[0] ?? '') : '';
}

function withoutMark(words: string): string {
  return words.replace(MARK, '');
}

interface ExactProps {
  readonly text: string;
  readonly isCopied: boolean;
  readonly mark: string;
}

function Exact({ text, isCopied, mark }: ExactProps) {
  return (
    <span class="exact">
      <code title={text}>
        {text.length > SHOWN_IN_FULL ? `${text.slice(0, 28)}…${text.slice(-12)}` : breakable(text)}
      </code>
      {isCopied && <CopyButton text={text} what={text.length > SHOWN_IN_FULL ? 'the value' : text} />}
      {mark !== '' && <span class="clause-end">{mark}</span>}
    </span>
  );
}
