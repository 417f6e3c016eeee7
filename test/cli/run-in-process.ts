import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Terminal } from '../../server/cli/output.ts';
import { runCommand } from '../../server/main.ts';
import type { CommandOutcome, Environment } from './letterhead-process.ts';

/** Answers prompts; null if there is no terminal. */
export type Prompt = ((question: string) => Promise<string>) | null;

/** What else a command gets: the terminal's width and colors, standard input, and a clock that does not wait. */
export interface Screen extends Pick<Terminal, 'columns' | 'hasColors' | 'lines' | 'octets'> {
  readonly pause?: () => Promise<void>;
}

/** Runs a command to its end in this process: all of it but the launcher and the process's own streams. */
export async function runInProcess(
  argv: readonly string[],
  environment: Environment,
  prompt: Prompt = null,
  { pause, ...screen }: Screen = {},
): Promise<CommandOutcome> {
  const out = new PassThrough();
  const err = Object.assign(new PassThrough(), { isTTY: prompt !== null });
  const printed = Promise.all([text(out), text(err)]);
  const exit = await runCommand(argv, { environment, pause, terminal: { out, err, prompt, ...screen } });
  out.end();
  err.end();
  const [outText, errText] = await printed;
  return { exit, out: outText, err: errText };
}
