import type { Writable } from 'node:stream';
import { restJson, restTime } from '../rest/rest-json.ts';
import { escapeForTerminal, inOneLine } from '../terminal-text.ts';
import { displayWidth, padToWidth } from './display-width.ts';

/** Where a command writes: what was asked for, and everything else. */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
  /** Asks whoever sits there and resolves to the line that is typed; null where nobody does. */
  readonly prompt: ((question: string) => Promise<string>) | null;
}

/** Writes all of it, made harmless for a terminal. Rejects where it cannot be written; with the system's own error where the reader has gone. */
export async function print(out: Writable, text: string): Promise<void> {
  const failure = await new Promise<Error | null | undefined>((resolve) =>
    out.write(escapeForTerminal(text), resolve),
  );
  if (failure == null) return;
  if (isClosedPipe(failure)) throw failure;
  throw new Error(`The output cannot be written: ${failure.message}`, { cause: failure });
}

/** Whether an error says that nobody reads any more: the first write says the one, those after it the other. */
export function isClosedPipe(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}

/** Writes to standard error, made harmless for a terminal. */
export function printError({ err }: Terminal, text: string): void {
  err.write(escapeForTerminal(text));
}

/** Says what takes its time in one line, to somebody who waits. */
export function printStatus(terminal: Terminal, text: string): void {
  if (terminal.err.isTTY === true) printError(terminal, `${inOneLine(text)}\n`);
}

/** Rows under their headings, in columns as wide as they need to be, and each in one line. */
export function formatTable(headings: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map((cells) => cells.map(inOneLine));
  const widths = headings.map((heading, column) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? '')), displayWidth(heading)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => padToWidth(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[headings, ...rows].map(line).join('\n')}\n`;
}

/** One value for machines: what REST has under `data`, spelt as there, for eyes too. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(JSON.parse(restJson(value)), null, 2)}\n`;
}

/** A time as a terminal shows it, in UTC; a dash for none. */
export function formatTime(date: Date | null): string {
  return date === null ? '-' : `${restTime(date).slice(0, 16).replace('T', ' ')} UTC`;
}
