import { inOneLine } from '../terminal-text.ts';
import type { Style } from './style.ts';
import { styled, withoutStyles } from './style.ts';

/** A table's cell, with a style or without one; null is a dash. */
type Cell = string | number | null | StyledCell;

interface StyledCell {
  readonly text: string;
  readonly style?: Style;
}

/** The columns of a table: what each has of a row, by its heading. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

const GAP = '  ';

/**
 * Formats a table with columns of equal width, and one line per row if `width` columns of the terminal are enough.
 * Otherwise cells of the widest columns are broken between words.
 */
export function formatTable<Row>(
  listed: readonly Row[],
  columns: Columns<Row>,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const headings = Object.keys(columns);
  const cells = listed.map((row) => Object.values(columns).map((cell) => cell(row)));
  const rows = [headings, ...cells].map((row) => row.map(toStyledCell));
  const widths = fit(
    headings.map((_heading, column) => rows.map((row) => row[column]?.text ?? '')),
    width,
  );
  return `${rows.flatMap((row) => formatRow(row, widths)).join('\n')}\n`;
}

function toStyledCell(cell: Cell): StyledCell {
  if (typeof cell !== 'object' || cell === null) return { text: inOneLine(String(cell ?? '-')) };
  return { ...cell, text: inOneLine(cell.text) };
}

function formatRow(row: readonly StyledCell[], widths: readonly number[]): string[] {
  let from = 0;
  const columns = row.map(({ text }, at) => {
    const width = widths[at] ?? 0;
    const lines = [...Array<string>(from).fill(''), ...wrapWords(text, width)];
    // The next cells begin below a word that is wider than its column.
    from = Math.max(from, lines.findLastIndex((line) => displayWidth(line) > width) + 1);
    return lines;
  });
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_line, at) =>
    row.map(({ style }, column) => pad(columns[column]?.[at] ?? '', widths[column] ?? 0, style)).join(GAP),
  ).map((line) => line.trimEnd());
}

function pad(text: string, width: number, style: Style | undefined): string {
  const blank = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return (style === undefined || text === '' ? text : styled(style, text)) + blank;
}

/**
 * Widths of columns, given by their texts: as wide as they need, the widest narrowed first if `width` is exceeded. A
 * word of more than half of it makes no column wider: one name would break the lines of all others.
 */
function fit(columns: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map(widest);
  const widestFirst = widths.map((_width, at) => at).sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
  for (const at of widestFirst) {
    const total = widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1));
    if (total <= width) break;
    const words = (columns[at] ?? []).flatMap((text) => text.split(' '));
    const longestWord = widest(words.filter((word) => displayWidth(word) <= width / 2));
    widths[at] = Math.max(longestWord, (widths[at] ?? 0) - (total - width));
  }
  return widths;
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, displayWidth(text)), 0);
}

/**
 * Breaks lines that are longer than `width` between words; the rest is indented like the first line's text, or like what
 * follows its label. Words stay whole, so that they can be copied.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string[] {
  if (displayWidth(line) <= width) return [line];
  const [label = ''] = /^ *(?:\S+(?: \S+)? {2,})?/.exec(line) ?? [];
  const indent = ' '.repeat(displayWidth(label));
  const lines = wrapWords(line.slice(label.length), Math.max(1, width - indent.length));
  return lines.map((one, at) => (at === 0 ? label : indent) + one);
}

function wrapWords(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? word : `${last} ${word}`;
    if (last !== '' && displayWidth(joined) > width) lines.push(word);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** Characters that take two columns of a terminal (Unicode Standard Annex #11, W and F, as far as names have them). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

/** Combining marks, and invisible characters. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/gu;

/** Number of terminal columns that a text takes. */
function displayWidth(text: string): number {
  return [...withoutStyles(text).replace(WITHOUT_WIDTH, '').replace(WIDE, '××')].length;
}
