import { Command, CommanderError } from 'commander';
import { inOneLine } from '../terminal-text.ts';
import type { CommandContext, CommandLineDeps, CommandOptions } from './command-context.ts';
import { printResult } from './command-context.ts';
import { addAccountCommands } from './commands/account-commands.ts';
import { addBackupCommand } from './commands/backup-command.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addDomainCommands } from './commands/domain-commands.ts';
import { addEventsCommand } from './commands/events-command.ts';
import { addExportCommand } from './commands/export-command.ts';
import { addFolderCommands } from './commands/folder-commands.ts';
import { addKeyZoneCommands } from './commands/key-zone-command.ts';
import { addKeysCommands } from './commands/keys-command.ts';
import { addShareCommands } from './commands/share-commands.ts';
import { addSignCommand } from './commands/sign-command.ts';
import { addTokenCommands } from './commands/token-commands.ts';
import { addWebhookCommands } from './commands/webhook-commands.ts';
import { addExamples } from './examples.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT } from './exit-code.ts';
import { addImportCommand } from './import/import-command.ts';
import { wrapText } from './layout.ts';
import { isClosedPipe, printError } from './output.ts';

const DEFAULT_COLUMNS = 80;

const EPILOGUE = `With LETTERHEAD_URL and LETTERHEAD_TOKEN set, commands call that server; without them, they open DATA_DIR.

Exit codes: 0 done; 1 not verified, not delivered, or a difference or damage was found; 2 usage error, or declined at the prompt; 3 refused or unavailable.`;

/** Runs one command. Resolves to its exit code; rejects with what the command rejects with. */
export async function runProgram(argv: readonly string[], deps: CommandLineDeps): Promise<ExitCode> {
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
    // The output's reader has exited (`… | head`): there is no one to report to.
    if (isClosedPipe(error)) return exit;
    // Commander has printed its message already; --help is not an error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw error;
  }
}

function makeProgram(context: CommandContext): Command {
  const { terminal } = context;
  const width = terminal.columns ?? DEFAULT_COLUMNS;
  const program = new Command('letterhead')
    .description('Sending domains for a help desk.')
    .version(context.version, '-v, --version')
    .option('--json', 'print JSON, also after a command')
    .enablePositionalOptions()
    .hook('preAction', (root, command) => {
      if (root.opts<CommandOptions>().json === true) command.setOptionValue('json', true);
    })
    .exitOverride()
    .showHelpAfterError('Run with --help for usage.')
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => printError(terminal, text),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      outputError: (text, write) => write(`${describeTypo(text)}\n`),
    })
    .addHelpText('after', wrapText(`\n${EPILOGUE}`, width));
  program
    .command('serve')
    .description('serve the API until stopped by a signal')
    .action(async () => context.finish(await context.serve()));
  addAccountCommands(program, context);
  addTokenCommands(program, context);
  addDomainCommands(program, context);
  addShareCommands(program, context);
  addWebhookCommands(program, context);
  addSignCommand(program, context);
  addKeysCommands(program, context);
  addKeyZoneCommands(program, context);
  addImportCommand(program, context);
  addEventsCommand(program, context);
  addExportCommand(program, context);
  addBackupCommand(program, context);
  addFolderCommands(program, context);
  addCompletionCommand(program, context);
  program
    .command('version')
    .description('print the version')
    .option('--json', 'print JSON')
    .action((options: CommandOptions) => {
      const { version } = context;
      return printResult(context, options, { json: { version }, text: `${version}\n` });
    });
  addExamples(program);
  return program;
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
