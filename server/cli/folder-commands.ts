import type { Command } from 'commander';
import { inOneLine } from '../terminal-text.ts';
import type { CommandContext, CommandOptions } from './command-context.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { formatJson, note, print } from './output.ts';

/** What is done with the data folder itself, and with no server. */
export interface FolderTools {
  /** In full. */
  readonly path: string;
  /** Changes nothing; a server may be running on the folder. Rejects where there is no data in it. */
  check(): Promise<FolderFindings>;
  /** Into a folder that is empty or not there yet: all of the archive, or nothing of it. */
  restore(archive: string): Promise<FolderFindings>;
  /** Whether nothing is there that opens the private keys in it: no file and no setting. */
  lacksKey(): boolean;
}

/** What there is to say about a data folder. */
export interface FolderFindings {
  /** How many accounts can be read, and how many domains they hold. */
  readonly accounts: number;
  readonly domains: number;
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

/** `letterhead check` and `letterhead restore`. */
export function addFolderCommands(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('read the data folder and say what is wrong with it; ends with 1 where something is')
    .option('--json', 'print JSON')
    .action(async ({ json }: CommandOptions) => {
      const folder = context.openFolder();
      note(context.terminal, `Reading ${folder.path}…`);
      const findings = await folder.check();
      context.finish(findings.problems.length === 0 ? EXIT.done : EXIT.notVerified);
      await show(context, json, findings, describeFolder(folder.path, findings));
    });

  program
    .command('restore')
    .argument('<file>', 'what `letterhead backup` has written')
    .description('put a backup into the data folder, which has to be empty')
    .option('--json', 'print JSON')
    .action(async (archive: string, { json }: CommandOptions) => {
      if (archive === '') throw new UsageError('Name the file that `letterhead backup` has written.');
      const folder = context.openFolder();
      note(context.terminal, `Restoring into ${folder.path}…`);
      const findings = await folder.restore(archive);
      await show(context, json, findings, describeRestored(folder, findings));
    });
}

async function show(
  { terminal }: CommandContext,
  asJson: boolean | undefined,
  findings: FolderFindings,
  text: string,
): Promise<void> {
  await print(terminal.out, asJson === true ? formatJson(findings) : text);
}

function describeFolder(path: string, { accounts, domains, problems }: FolderFindings): string {
  const holds = `${inOneLine(path)} holds ${count(accounts, 'account')} with ${count(domains, 'domain')}`;
  if (problems.length === 0) return `${holds}, and nothing is wrong with it.\n`;
  return `${holds}. ${count(problems.length, 'problem')}:\n\n${problems.map(({ message }) => `  ${inOneLine(message)}\n`).join('')}`;
}

function describeRestored(folder: FolderTools, findings: FolderFindings): string {
  const key = folder.lacksKey()
    ? 'The backup was made without its key: set SECRET_KEY, or put secret.key back, before the server starts.\n'
    : '';
  return `Restored. ${describeFolder(folder.path, findings)}
Ids that were given out after the backup was made can come again: what refers to them elsewhere is wrong then.
${key}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
