import { UsageError } from './exit-code.ts';

/** A cell with what ends it: quoted, in which a quotation mark is doubled, or plain. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

/** Parses comma-separated values into rows of cells (RFC 4180). Empty lines are left out. Throws `UsageError`. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.replace(/^\ufeff/, '').matchAll(CELL)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    if (row.some((cell) => cell !== '')) rows.push(row);
    row = [];
    if (end === '') return rows;
  }
  throw new UsageError(`The CSV file has a quotation mark out of place after row ${rows.length}.`);
}
