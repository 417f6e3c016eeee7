import type { Command } from 'commander';
import type { StoreReport, StoreTools } from '../store/open.ts';
import { inOneLine } from '../terminal-text.ts';
import type { CommandContext, CommandOptions } from './command-context.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { formatJson, print, printStatus } from './output.ts';

/** `letterhead check` and `letterhead restore`. */
export function addFolderCommands(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('read the data folder and say what is wrong with it; ends with 1 where something is')
    .option('--json', 'print JSON')
    .action(async ({ json }: CommandOptions) => {
      const folder = context.openFolder();
      printStatus(context.terminal, `Reading ${folder.path}…`);
      const report = await folder.check();
      context.finish(report.problems.length === 0 ? EXIT.done : EXIT.notVerified);
      await show(context, json, report, describeFolder(folder.path, report));
    });

  program
    .command('restore')
    .argument('<file>', 'what `letterhead backup` has written')
    .description('put a backup into the data folder, which has to be empty')
    .option('--json', 'print JSON')
    .action(async (archive: string, { json }: CommandOptions) => {
      if (archive === '') throw new UsageError('Name the file that `letterhead backup` has written.');
      const folder = context.openFolder();
      printStatus(context.terminal, `Restoring into ${folder.path}…`);
      const report = await folder.restore(archive);
      await show(context, json, report, describeRestored(folder, report));
    });
}

async function show(
  { terminal }: CommandContext,
  asJson: boolean | undefined,
  report: StoreReport,
  text: string,
): Promise<void> {
  await print(terminal.out, asJson === true ? formatJson(report) : text);
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

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
