import type { ErrorBody } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { Command, CommanderError } from 'commander';
import { messageOf } from '../errno.ts';
import { SettingsError } from '../settings.ts';
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
import { EXIT, UsageError } from './exit-code.ts';
import { addImportCommand } from './import/import-command.ts';
import { wrapText } from './layout.ts';
import { isClosedPipe, printError } from './output.ts';

const DEFAULT_COLUMNS = 80;

const EPILOGUE = `With LETTERHEAD_URL and LETTERHEAD_TOKEN set, commands call that server; without them, they open DATA_DIR.

Exit codes: 0 done; 1 not verified, or the data folder is damaged; 2 usage error, or declined at the prompt; 3 refused or unavailable.`;

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
    // The output's reader has exited (`… | head`): there is no one to report to.
    return isClosedPipe(error) ? exit : await explain(error, deps, argv.includes('--json'));
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

async function explain(error: unknown, { terminal }: CommandLineDeps, asJson: boolean): Promise<ExitCode> {
  // Commander has printed its message already; --help is not an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
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

/** Joins Commander's error, which repeats what was typed, and its suggestion into one line. */
function describeTypo(text: string): string {
  return inOneLine(
    text
      .trimEnd()
      .replace(/^error: /, 'letterhead: ')
      .replace('\n(Did you', ' (Did you'),
  );
}
