import type { Command } from 'commander';
import type { StoreReport, StoreTools } from '../../store/open.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { CommandContext, CommandOptions } from '../command-context.ts';
import { printResult } from '../command-context.ts';
import { EXIT, UsageError } from '../exit-code.ts';
import { count, printStatus } from '../output.ts';

/** `letterhead check`, `letterhead restore` and `letterhead store copy`. */
export function addFolderCommands(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('check the data folder for damage; exits with 1 if there is any')
    .option('--json', 'print JSON')
    .action(async (options: CommandOptions) => {
      const folder = await context.openFolder();
      printStatus(context.terminal, `Reading ${folder.path}…`);
      const report = await folder.check();
      const exit = report.problems.length === 0 ? EXIT.done : EXIT.notVerified;
      await printResult(context, options, { json: report, text: describeFolder(folder.path, report), exit });
    });

  program
    .command('restore')
    .argument('<file>', 'a file that `letterhead backup` wrote')
    .description('restore a backup into the data folder, which has to be empty')
    .option('--json', 'print JSON')
    .action(async (archive: string, options: CommandOptions) => {
      if (archive === '') throw new UsageError('Name the file that `letterhead backup` wrote.');
      const folder = await context.openFolder();
      printStatus(context.terminal, `Restoring into ${folder.path}…`);
      const report = await folder.restore(archive);
      await printResult(context, options, { json: report, text: describeRestored(folder, report) });
    });

  program
    .command('migrate')
    .description('bring the database of DATABASE_URL to this version, as each start of a server does')
    .option('--json', 'print JSON')
    .action(async (options: CommandOptions) => {
      await context.migrate();
      const text = 'The database has the schema of this version.\n';
      await printResult(context, options, { json: { migrated: true }, text });
    });

  program
    .command('store')
    .description('move to another store')
    .command('copy')
    .argument('<target>', '`database` or `files`')
    .description('copy DATA_DIR into the empty database of DATABASE_URL, or the reverse, and compare both')
    .option('--json', 'print JSON')
    .action(async (target: string, options: CommandOptions) => {
      if (target !== 'database' && target !== 'files')
        throw new UsageError('Copy to `database` or to `files`.');
      const report = await context.copyStore(target, (verb, done, total) =>
        printStatus(context.terminal, `${verb} ${done} of ${count(total, 'account')}…`),
      );
      const { accounts, domains, events } = report;
      const copied = `${count(accounts, 'account')} with ${count(domains, 'domain')} and ${count(events, 'event')}`;
      await printResult(context, options, {
        json: report,
        text: `Copied ${copied}, and compared every row.\n`,
      });
    });
}

function describeFolder(path: string, { accounts, domains, problems }: StoreReport): string {
  const holds = `${inOneLine(path)} holds ${count(accounts, 'account')} with ${count(domains, 'domain')}`;
  if (problems.length === 0) return `${holds}, and nothing is wrong with it.\n`;
  return `${holds}. ${count(problems.length, 'problem')}:\n\n${problems.map(({ message }) => `  ${inOneLine(message)}\n`).join('')}`;
}

function describeRestored(folder: StoreTools, report: StoreReport): string {
  const key = folder.lacksKey()
    ? 'The backup was made without its key: set SECRET_KEY, or put secret.key back, before the server starts.\n'
    : '';
  return `Restored. ${describeFolder(folder.path, report)}
Ids that were given out after the backup was made can come again: what refers to them elsewhere is wrong then.
${key}`;
}
