import { Command, CommanderError } from 'commander';
import { inOneLine } from '../terminal-text.ts';
import { addAccountCommands } from './account-commands.ts';
import { addBackupCommand } from './backup-command.ts';
import type { CommandContext, CommandLineDeps, CommandOptions } from './command-context.ts';
import { addDomainCommands } from './domain-commands.ts';
import { addEventsCommand } from './events-command.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT } from './exit-code.ts';
import { addExportCommand } from './export-command.ts';
import { describeFailure } from './failure.ts';
import { addFolderCommands } from './folder-commands.ts';
import { formatJson, isClosedPipe, print, printError } from './output.ts';
import { addTokenCommands } from './token-commands.ts';

/**
 * Runs one command line, without the program's name. Resolves to its exit code: 0 done, 1 not verified, 2 usage,
 * 3 refused or unavailable. Writes results to standard output, everything else to standard error.
 */
export async function runCommandLine(argv: readonly string[], deps: CommandLineDeps): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = makeProgram({
    ...deps,
    finish: (code) => {
      exit = code;
    },
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    // The reader of the output has gone (`… | head`): there is no one to report to.
    return isClosedPipe(error) ? exit : explain(error, deps, argv.includes('--json'));
  }
}

function makeProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('letterhead')
    .description('Sending domains for a help desk.')
    .version(context.version)
    .exitOverride()
    .showHelpAfterError('With --help, a command says what it takes.')
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => printError(terminal, text),
      outputError: (text, write) => write(`${describeTypo(text)}\n`),
    })
    .addHelpText(
      'after',
      '\nWith LETTERHEAD_URL and LETTERHEAD_TOKEN set, commands go to that server; without them, they open DATA_DIR.\nEnds with 0 when done, 1 when not verified or something is wrong with the folder, 2 when typed wrongly or\nanswered with no, 3 when refused or unavailable.',
    );
  program
    .command('serve')
    .description('serve the API until told to stop')
    .action(async () => context.finish(await context.serve()));
  addAccountCommands(program, context);
  addTokenCommands(program, context);
  addDomainCommands(program, context);
  addEventsCommand(program, context);
  addExportCommand(program, context);
  addBackupCommand(program, context);
  addFolderCommands(program, context);
  program
    .command('version')
    .description('print the version')
    .option('--json', 'print JSON')
    .action(({ json }: CommandOptions) => {
      const { version } = context;
      return print(terminal.out, json === true ? formatJson({ version }) : `${version}\n`);
    });
  return program;
}

function explain(error: unknown, { terminal }: CommandLineDeps, asJson: boolean): ExitCode {
  // Commander has printed its message already; --help is not an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { body, exit } = describeFailure(error);
  printError(terminal, asJson ? `${JSON.stringify(body)}\n` : `letterhead: ${inOneLine(body.message)}\n`);
  return exit;
}

/** Joins Commander's error, which repeats what was typed, and its suggestion into one line. */
function describeTypo(text: string): string {
  return inOneLine(
    text
      .trimEnd()
      .replace(/^error: /, 'letterhead: ')
      .replace('\n(Did you', ' (Did you'),
  );
}
