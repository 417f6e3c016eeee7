import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { inOneLine } from '../terminal-text.ts';
import { writeBackupFile } from './backup-file.ts';
import type { CommandContext, CommandOptions } from './command-context.ts';
import { addAction } from './command-context.ts';
import type { Connection } from './connection.ts';
import { UsageError } from './exit-code.ts';
import { printStatus } from './output.ts';

interface BackupOptions extends CommandOptions {
  readonly withoutKey?: boolean;
}

/** `letterhead backup`: everything, as it is at one moment, also while a server serves it. */
export function addBackupCommand(program: Command, context: CommandContext): void {
  addAction(
    program
      .command('backup')
      .argument('<file>', 'such as letterhead.tar.gz; replaced when the backup is whole')
      .description('write everything into one file')
      .option('--without-key', 'leave out secret.key, which opens the private keys'),
    context,
    async (connection: Connection, { withoutKey = false }: BackupOptions, path: string) => {
      if (path === '') throw new UsageError('Name the file to write, such as letterhead.tar.gz.');
      printStatus(context.terminal, `Backing up into ${path}…`);
      const files = await writeBackupFile(path, (out) => connection.backUp({ withoutKey }, out));
      const bytes = statSync(path).size;
      return { json: { file: path, files, bytes }, text: describe(path, files, bytes, withoutKey) };
    },
  );
}

function describe(path: string, files: number, bytes: number, withoutKey: boolean): string {
  const key = withoutKey
    ? 'It does not hold the key: to be of use, SECRET_KEY or secret.key has to be kept somewhere else.'
    : 'Keep it as safe as the data folder itself: with it, mail can be signed for every domain.';
  return `Backed up ${files} files into ${inOneLine(path)}, ${bytes.toLocaleString('en')} bytes.\n${key}\n`;
}
