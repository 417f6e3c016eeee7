import { isLetterheadError } from '@letterhead/client';
import { LetterheadError } from '@letterhead/shared';
import { Command, CommanderError } from 'commander';
import { SettingsError } from '../settings.ts';
import type { CommandNeeds } from './command-context.ts';
import { addDomainCommands } from './domain-commands.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { addTokenCommands } from './token-commands.ts';

/**
 * Runs one command line, without the program's own name. Resolves to its exit code: 0 done, 1 not verified, 2 usage,
 * 3 refused or unavailable. What was asked for goes to standard output, everything else to standard error.
 */
export async function runCommandLine(words: readonly string[], needs: CommandNeeds): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = makeProgram(needs, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (error) {
    return explain(error, needs);
  }
}

function makeProgram(needs: CommandNeeds, finish: (exit: ExitCode) => void): Command {
  const program = new Command('letterhead')
    .description('Sending domains for a help desk.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void needs.terminal.out.write(text),
      writeErr: (text) => void needs.terminal.err.write(text),
    })
    .addHelpText(
      'after',
      '\nWith LETTERHEAD_URL and LETTERHEAD_TOKEN set, commands go to that server; without them, they open DATA_DIR.',
    );
  program
    .command('serve')
    .description('serve the API until told to stop')
    .action(async () => finish(await needs.serve()));
  program
    .command('version')
    .description('print the version')
    .action(() => void needs.terminal.out.write(`${needs.version}\n`));
  addDomainCommands(program, needs, finish);
  addTokenCommands(program, needs, finish);
  return program;
}

function explain(error: unknown, { terminal }: CommandNeeds): ExitCode {
  // Commander has printed its own say, which for --help is no error at all.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const sentence = error instanceof Error ? error.message : String(error);
  terminal.err.write(`letterhead: ${sentence}\n`);
  if (error instanceof UsageError || error instanceof SettingsError) return EXIT.usage;
  if (isLetterheadError(error) || error instanceof LetterheadError) return EXIT.refused;
  return EXIT.refused;
}
