import type { RecordDiagnosis } from '@letterhead/shared';
import diff from 'fast-diff';

const EQUAL = 0;
/** Stretches that are the same on both sides are shown in full up to this length, longer ones by their ends. */
const SHOWN_IN_FULL = 60;
const CONTEXT = 16;

/** A piece of one of the two texts. */
interface Piece {
  readonly text: string;
  readonly differs: boolean;
}

/** What differs: the host of a record that is elsewhere, and each value that is not the one to type, or is beside it. */
export function Differences({ diagnosis }: { diagnosis: RecordDiagnosis }) {
  const { fqdn, found, found_at, expected } = diagnosis;
  return (
    <>
      {found_at !== null && <Difference what="host" found={found_at} expected={fqdn} />}
      {found
        .filter((value) => value !== expected)
        .map((value) =>
          found.includes(expected) ? (
            <Surplus key={value} value={value} />
          ) : (
            <Difference key={value} what="value" found={value} expected={expected} />
          ),
        )}
    </>
  );
}

interface DifferenceProps {
  readonly what: 'host' | 'value';
  readonly found: string;
  readonly expected: string;
}

/** What was found over what was expected, with what differs marked in each. */
function Difference({ what, found, expected }: DifferenceProps) {
  const pieces = diff(found, expected, undefined, true);
  const side = (ours: number): Piece[] =>
    pieces
      .filter(([kind]) => kind === EQUAL || kind === ours)
      .map(([kind, text]) => ({ text, differs: kind !== EQUAL }));
  return (
    <dl class="difference">
      <dt>Found {what}</dt>
      <dd>
        <Pieces pieces={side(diff.DELETE)} meaning="differs" />
      </dd>
      <dt>Expected {what}</dt>
      <dd>
        <Pieces pieces={side(diff.INSERT)} meaning="missing" />
      </dd>
    </dl>
  );
}

/** A value that is there beside the right one: nothing is to be compared. */
function Surplus({ value }: { value: string }) {
  return (
    <dl class="difference">
      <dt>Also found</dt>
      <dd>
        <code class="value">{shorten(value)}</code>
      </dd>
    </dl>
  );
}

function Pieces({ pieces, meaning }: { pieces: readonly Piece[]; meaning: string }) {
  return (
    <code class="value">
      {pieces.map(({ text, differs }, at) =>
        differs ? (
          // The pieces of a text have no identity but their place.
          <mark key={at} title={meaning}>
            {text}
          </mark>
        ) : (
          shorten(text)
        ),
      )}
    </code>
  );
}

/** The same on both sides: its ends tell where one is. */
function shorten(text: string): string {
  return text.length <= SHOWN_IN_FULL ? text : `${text.slice(0, CONTEXT)} … ${text.slice(-CONTEXT)}`;
}
