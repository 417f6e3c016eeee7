import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand } from '../../server/main.ts';
import type { CommandOutcome, Environment } from './letterhead-process.ts';

/** Answers prompts; null if there is no terminal. */
export type Prompt = ((question: string) => Promise<string>) | null;

/** Runs a command to its end in this process: all of it but the launcher and the process's own streams. */
export async function runInProcess(
  argv: readonly string[],
  environment: Environment,
  prompt: Prompt = null,
): Promise<CommandOutcome> {
  const out = new PassThrough();
  const err = Object.assign(new PassThrough(), { isTTY: prompt !== null });
  const printed = Promise.all([text(out), text(err)]);
  const exit = await runCommand(argv, { environment, terminal: { out, err, prompt } });
  out.end();
  err.end();
  const [outText, errText] = await printed;
  return { exit, out: outText, err: errText };
}
