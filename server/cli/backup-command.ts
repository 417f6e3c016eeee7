import { LetterheadError } from '@letterhead/shared';
import type { Command } from 'commander';
import { inOneLine } from '../terminal-text.ts';
import { BackupFile } from './backup-file.ts';
import type { CommandContext, CommandOptions } from './command-context.ts';
import { addAction } from './command-context.ts';
import type { Connection } from './connection.ts';
import { UsageError } from './exit-code.ts';
import type { Terminal } from './output.ts';
import { endProgress, showProgress } from './output.ts';

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
      // A stream says badly why there is none: this is refused for every reason that the backup is.
      await connection.letterhead.accounts.list.query();
      using file = new BackupFile(path);
      const files = await receive(connection, file, withoutKey, context.terminal);
      const bytes = file.finish();
      return { json: { file: path, files, bytes }, text: describe(path, files, bytes, withoutKey) };
    },
  );
}

/** Resolves to how many files the backup holds. */
function receive(
  { letterhead }: Connection,
  file: BackupFile,
  without_key: boolean,
  terminal: Terminal,
): Promise<number> {
  let [packed, files] = [0, 0];
  return new Promise<number>((resolve, reject) => {
    const subscription = letterhead.installation.backup.subscribe(
      { without_key },
      {
        onData(item) {
          try {
            if (item.kind === 'begin') files = item.files;
            if (item.kind === 'piece') packed = item.files;
            showProgress(terminal, `Backing up: file ${packed} of ${files}`);
            file.take(item);
          } catch (error) {
            end(error);
          }
        },
        onComplete: () => resolve(packed),
        onError: end,
        // A stream that is followed connects again by itself; a backup that is cut off has failed.
        onConnectionStateChange: ({ error }) => error != null && end(cutOff(error)),
      },
    );
    function end(error: unknown): void {
      // In this order: a subscription that is ended completes.
      reject(error);
      subscription.unsubscribe();
    }
  }).finally(() => endProgress(terminal));
}

function cutOff(cause: Error): LetterheadError {
  const message = 'The connection was lost during the backup. Nothing was written; try again.';
  return new LetterheadError('unavailable', message, { cause });
}

function describe(path: string, files: number, bytes: number, withoutKey: boolean): string {
  const key = withoutKey
    ? 'It does not hold the key: to be of use, SECRET_KEY or secret.key has to be kept somewhere else.'
    : 'Keep it as safe as the data folder itself: with it, mail can be signed for every domain.';
  return `Backed up ${files} files into ${inOneLine(path)}, ${bytes.toLocaleString('en')} bytes.\n${key}\n`;
}
