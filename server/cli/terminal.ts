import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { escapeForTerminal } from '../terminal-text.ts';
import type { Terminal } from './output.ts';

/** A process's own streams: a terminal, files or pipes. */
export interface StandardStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Input and output of commands. `prompt` is null unless input and standard error are a terminal. */
export function openTerminal({ stdin, stdout, stderr, env = {} }: StandardStreams): Terminal {
  // `print` reports write errors; without a listener they would crash the process.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const attended = stdin.isTTY === true && stderr.isTTY === true;
  const isTerminal = stdout.isTTY === true;
  return {
    out: stdout,
    err: stderr,
    columns: isTerminal ? stdout.columns : undefined,
    hasColors: isTerminal && !refusesColors(env),
    lines: () => createInterface(stdin),
    octets: () => stdin,
    prompt: attended ? (question) => prompt(question, stdin, stderr) : null,
  };
}

/** Both spellings of the convention of no-color.org. */
function refusesColors(env: NonNullable<StandardStreams['env']>): boolean {
  return Boolean(env['NO_COLOR'] || env['NO_COLOUR']) || env['TERM'] === 'dumb';
}

/** Resolves to an empty text if interrupted. */
async function prompt(question: string, input: Readable, output: Writable): Promise<string> {
  using terminal = createInterface(input, output);
  const ended = new AbortController();
  terminal.once('close', () => ended.abort());
  try {
    return await terminal.question(escapeForTerminal(question), { signal: ended.signal });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    output.write('\n');
    return '';
  }
}
