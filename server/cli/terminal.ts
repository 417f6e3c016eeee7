import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { Terminal } from './output.ts';

/** The terminal, or the files and pipes, that the process was started with. */
export function openTerminal({ stdin, stdout, stderr }: NodeJS.Process): Terminal {
  // `print` hears of a failure where it writes; without a listener, the process would end with a stack.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  return {
    out: stdout,
    err: stderr,
    ask: stdin.isTTY && stderr.isTTY ? (question) => ask(question, stdin, stderr) : null,
  };
}

/** Resolves to nothing where the input ends without a line. */
async function ask(question: string, input: Readable, output: Writable): Promise<string> {
  using terminal = createInterface(input, output);
  const ended = once(terminal, 'close').then(() => '');
  return await Promise.race([terminal.question(question), ended]);
}
