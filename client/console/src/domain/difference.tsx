import diff from 'fast-diff';

const EQUAL = 0;
/** Of a stretch that is the same on both sides, so much is shown at either end. */
const CONTEXT = 12;

/** A piece of one of the two texts. */
interface Piece {
  readonly text: string;
  readonly differs: boolean;
}

/** What was found over what was expected, with what differs marked in each. */
export function Difference({ found, expected }: { found: string; expected: string }) {
  const pieces = diff(found, expected, undefined, true);
  const side = (ours: number): Piece[] =>
    pieces
      .filter(([kind]) => kind === EQUAL || kind === ours)
      .map(([kind, text]) => ({ text, differs: kind !== EQUAL }));
  return (
    <dl class="difference">
      <dt>Found</dt>
      <dd>
        <Pieces pieces={side(diff.DELETE)} meaning="differs" />
      </dd>
      <dt>Expected</dt>
      <dd>
        <Pieces pieces={side(diff.INSERT)} meaning="missing" />
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
          shorten(text, at === 0, at === pieces.length - 1)
        ),
      )}
    </code>
  );
}

/** The same on both sides: its ends tell where one is. */
function shorten(text: string, isFirst: boolean, isLast: boolean): string {
  if (text.length <= 3 * CONTEXT) return text;
  const head = isFirst && isLast ? text.slice(0, 2 * CONTEXT) : text.slice(0, CONTEXT);
  return `${head} … ${text.slice(-CONTEXT)}`;
}
