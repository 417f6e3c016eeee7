import { existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { LetterheadError } from '@letterhead/shared';
import type { Command } from 'commander';
import { describeFileError } from '../../errno.ts';
import { syncFolder } from '../../sync-folder.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { CommandContext, CommandOptions } from '../command-context.ts';
import { addAction } from '../command-context.ts';
import type { Connection } from '../connection.ts';
import type { WrittenBackup } from '../download-backup.ts';
import { UsageError } from '../exit-code.ts';
import { printStatus } from '../output.ts';

interface BackupOptions extends CommandOptions {
  readonly withoutKey?: boolean;
}

/** `letterhead backup`: a consistent snapshot of everything; works against a running server. */
export function addBackupCommand(program: Command, context: CommandContext): void {
  addAction(
    program
      .command('backup')
      .argument('<file>', 'such as letterhead.tar.gz; replaced once the backup is complete')
      .description('write everything into one file')
      .option('--without-key', 'leave out secret.key, which decrypts the private keys'),
    context,
    async (connection: Connection, { withoutKey = false }: BackupOptions, path: string) => {
      if (path === '') throw new UsageError('Name the file to write, such as letterhead.tar.gz.');
      printStatus(context.terminal, `Backing up into ${path}…`);
      const written = await writeBackupFile(path, (out) => connection.backUp({ withoutKey }, out));
      const { files } = written;
      const bytes = statSync(path).size;
      return {
        json: { file: path, files, bytes, without_key: written.withoutKey },
        text: `Backed up ${files} files into ${inOneLine(path)}, ${bytes.toLocaleString('en')} bytes.\n${describeKey(written, withoutKey)}\n`,
      };
    },
  );
}

function describeKey(written: WrittenBackup, isAsked: boolean): string {
  if (!written.withoutKey)
    return 'Keep it as safe as the data folder itself: with it, mail can be signed for every domain.';
  const why = isAsked ? '' : ', which a server gives only to a token that has the scope keys:read as well';
  return `It does not hold the key${why}: to be of use, SECRET_KEY or secret.key has to be kept somewhere else.`;
}

/**
 * Writes a backup with `write`, which ends the stream. Renames the file into its place once it is complete and on the
 * disk; until then, an older one stays. Only its owner may read it.
 * Rejects with `unavailable` if it cannot be written, or the path is not a file's.
 */
async function writeBackupFile<Result>(
  path: string,
  write: (out: Writable) => Promise<Result>,
): Promise<Result> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    refuseNonFile(path);
    const file = await open(unfinished, 'wx', 0o600);
    const out = file.createWriteStream({ flush: true });
    try {
      const result = await write(out);
      await rename(unfinished, path);
      await syncFolder(dirname(path));
      return result;
    } finally {
      // Closes the file as well.
      out.destroy();
      await rm(unfinished, { force: true });
    }
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Refuses devices, sockets and folders: a rename would replace those as readily as a file. */
function refuseNonFile(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isFile()) return;
  throw new LetterheadError(
    'unavailable',
    there.isDirectory()
      ? `${path} is a folder. Name a file in it, such as ${join(path, 'letterhead.tar.gz')}.`
      : `${path} is no ordinary file. Name another one.`,
  );
}

function cannotWrite(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const message = existsSync(dirname(path))
    ? `The backup cannot be written to ${path}: ${describeFileError(error)}.`
    : `There is no folder ${dirname(path)}. Make it first, or name another file.`;
  return new LetterheadError('unavailable', message, { cause: error });
}
