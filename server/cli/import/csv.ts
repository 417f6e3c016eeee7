import { CLI_LIMITS } from '../../limits.ts';
import { UsageError } from '../exit-code.ts';
import { tooMany } from './key-files.ts';

/** A cell without quotes, and what ends a cell. No pattern repeats a group: a cell may be long, and their stack is not. */
const PLAIN = /[^",\r\n]*/y;
const END = /,|\r?\n|$/y;

/** Parses comma-separated values into rows of cells (RFC 4180). Empty lines are left out. Throws `UsageError`. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cells = 0;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; ; ) {
    const end = endOfCell(text, at);
    const separator = end === null ? null : match(END, text, end);
    if (end === null || separator === null)
      throw new UsageError(`The CSV file has a quotation mark out of place in row ${rows.length + 1}.`);
    if (++cells > CLI_LIMITS.tableEntries) throw tooMany('The CSV file', 'cells');
    row.push(unquote(text.slice(at, end)));
    at = end + separator.length;
    if (separator === ',') continue;
    if (row.some((cell) => cell !== '')) rows.push(row);
    row = [];
    if (separator === '') return rows;
  }
}

/** Null where quotes are not closed; two of them in quotes are one. */
function endOfCell(text: string, at: number): number | null {
  if (text[at] !== '"') return at + (match(PLAIN, text, at) ?? '').length;
  for (let from = at + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return null;
    if (text[quote + 1] !== '"') return quote + 1;
    from = quote + 2;
  }
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function unquote(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}
