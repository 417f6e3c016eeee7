import type { Writable } from 'node:stream';
import { describeFileError, errorCode } from '../errno.ts';
import { restJson, restTime } from '../rest-json.ts';
import { escapeForTerminal, inOneLine } from '../terminal-text.ts';
import { wrapText } from './layout.ts';
import { renderStyles } from './style.ts';

/** Streams of a command: `out` for its result, `err` for everything else. */
export interface Terminal {
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
  /** Width of `out`; undefined if it is no terminal. */
  readonly columns?: number | undefined;
  /** Whether `out` shows colors. */
  readonly hasColors?: boolean;
  /** Lines of standard input. */
  readonly lines?: () => AsyncIterable<string>;
  /** The same, unread and undecoded. */
  readonly octets?: () => AsyncIterable<Uint8Array>;
  /** Asks a question and resolves to the line that is typed; null without a terminal. */
  readonly prompt: ((question: string) => Promise<string>) | null;
}

/** Writes a text for people: fitted to the terminal, with its styles. Rejects like `print`. */
export function printText({ out, columns, hasColors = false }: Terminal, text: string): Promise<void> {
  const fitted = columns === undefined ? text : wrapText(text, columns);
  return write(out, renderStyles(fitted, hasColors));
}

/** Writes a text, escaped for terminals. Rejects if it cannot be written; with the system's own error if the pipe is closed. */
export function print(out: Writable, text: string): Promise<void> {
  return write(out, escapeForTerminal(text));
}

async function write(out: Writable, text: string): Promise<void> {
  const failure = await new Promise<Error | null | undefined>((resolve) => out.write(text, resolve));
  if (failure == null) return;
  if (isClosedPipe(failure)) throw failure;
  throw new Error(`The output cannot be written: ${describeFileError(failure)}.`, { cause: failure });
}

/** Whether the reader of a pipe has gone: the first write fails with EPIPE, later ones with ERR_STREAM_DESTROYED. */
export function isClosedPipe(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

/** Writes to standard error, escaped for terminals. */
export function printError({ err }: Terminal, text: string): void {
  err.write(escapeForTerminal(text));
}

/** Prints one line about work that takes time, if standard error is a terminal. */
export function printStatus(terminal: Terminal, text: string): void {
  if (terminal.err.isTTY === true) printError(terminal, `${inOneLine(text)}\n`);
}

/** Rewrites a line on how far work is, if standard error is a terminal. An empty text takes it away. */
export function printProgress({ err }: Terminal, text: string): void {
  if (err.isTTY === true) err.write(`\r\u001b[K${escapeForTerminal(text)}`);
}

/** Formats a value as indented JSON, exactly what REST has under `data`. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(JSON.parse(restJson(value)), null, 2)}\n`;
}

/** `1 key`, `2 keys`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Formats a time in UTC, `2026-01-31 12:00 UTC`; a dash for null. */
export function formatTime(date: Date | null): string {
  return date === null ? '-' : `${restTime(date).slice(0, 16).replace('T', ' ')} UTC`;
}
