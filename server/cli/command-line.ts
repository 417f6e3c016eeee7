import type { ErrorBody } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { messageOf } from '../errno.ts';
import { SettingsError } from '../settings.ts';
import { inOneLine } from '../terminal-text.ts';
import type { CommandLineDeps } from './command-context.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { printError } from './output.ts';

/**
 * Runs one command line, without the program's name. Resolves to its exit code: 0 done, 1 not verified, 2 usage,
 * 3 refused or unavailable. Writes results to standard output, everything else to standard error.
 */
export async function runCommandLine(argv: readonly string[], deps: CommandLineDeps): Promise<ExitCode> {
  try {
    if (isServe(argv)) return await deps.serve();
    const { runProgram } = await import('./program.ts');
    return await runProgram(argv, deps);
  } catch (error) {
    return await explain(error, deps, argv.includes('--json'));
  }
}

/** `serve` alone, as a server is started: loading the other commands would be a part of that start. */
function isServe([command, ...others]: readonly string[]): boolean {
  return command === 'serve' && others.length === 0;
}

async function explain(error: unknown, { terminal }: CommandLineDeps, asJson: boolean): Promise<ExitCode> {
  const { body, exit } = await describeFailure(error);
  printError(terminal, asJson ? `${JSON.stringify(body)}\n` : `letterhead: ${inOneLine(body.message)}\n`);
  return exit;
}

/** Error body of a failed command, in the API's shape, and its exit code. */
async function describeFailure(error: unknown): Promise<{ body: ErrorBody; exit: ExitCode }> {
  if (error instanceof UsageError || error instanceof SettingsError)
    return { body: { message: error.message, code: 'invalid' }, exit: EXIT.usage };
  return { body: await bodyOf(error), exit: EXIT.refused };
}

async function bodyOf(error: unknown): Promise<ErrorBody> {
  if (error instanceof LetterheadError) return error.toBody();
  const message = messageOf(error);
  // The client is loaded only by commands that called a server.
  const { isLetterheadError } = await import('@letterhead/client');
  if (!isLetterheadError(error) || error.data == null) return { message, code: 'unavailable' };
  const { code, errors } = error.data;
  return { message, code, ...(errors === undefined ? {} : { errors }) };
}
