import type { Writable } from 'node:stream';
import { restJson, restTime } from '../rest/rest-json.ts';
import { escapeForTerminal, inOneLine } from '../terminal-text.ts';

/** Streams of a command: `out` for its result, `err` for everything else. */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
  /** Asks a question and resolves to the line that is typed; null without a terminal. */
  readonly prompt: ((question: string) => Promise<string>) | null;
}

/** Writes a text, escaped for terminals. Rejects if it cannot be written; with the system's own error if the pipe is closed. */
export async function print(out: Writable, text: string): Promise<void> {
  const failure = await new Promise<Error | null | undefined>((resolve) =>
    out.write(escapeForTerminal(text), resolve),
  );
  if (failure == null) return;
  if (isClosedPipe(failure)) throw failure;
  throw new Error(`The output cannot be written: ${failure.message}`, { cause: failure });
}

/** Whether the reader of a pipe has gone: the first write fails with EPIPE, later ones with ERR_STREAM_DESTROYED. */
export function isClosedPipe(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}

/** Writes to standard error, escaped for terminals. */
export function printError({ err }: Terminal, text: string): void {
  err.write(escapeForTerminal(text));
}

/** Prints one line about work that takes time, if standard error is a terminal. */
export function printStatus(terminal: Terminal, text: string): void {
  if (terminal.err.isTTY === true) printError(terminal, `${inOneLine(text)}\n`);
}

/** Formats a table with one line per row and columns of equal width. */
export function formatTable(headings: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = [headings, ...cells].map((row) => row.map(inOneLine));
  const widths = headings.map((_heading, column) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? '')), 0),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)))
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}

/** Formats a value as indented JSON, exactly what REST has under `data`. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(JSON.parse(restJson(value)), null, 2)}\n`;
}

/** Formats a time in UTC, `2026-01-31 12:00 UTC`; a dash for null. */
export function formatTime(date: Date | null): string {
  return date === null ? '-' : `${restTime(date).slice(0, 16).replace('T', ' ')} UTC`;
}

/** Characters that take two columns of a terminal (Unicode Standard Annex #11, W and F, as far as names have them). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;

/** Combining marks, and invisible characters. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/gu;

/** Number of terminal columns that a text takes. */
function displayWidth(text: string): number {
  return [...text.replace(WITHOUT_WIDTH, '').replace(WIDE, '××')].length;
}
