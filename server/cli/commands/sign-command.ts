import { createReadStream } from 'node:fs';
import { digestMessage } from '@letterhead/shared/message';
import type { Command } from 'commander';
import { cannotRead } from '../cannot-read.ts';
import type { AccountOptions, CommandContext, CommandResult, Target } from '../command-context.ts';
import { addAccountAction } from '../command-context.ts';
import { print } from '../output.ts';

interface SignOptions extends AccountOptions {
  readonly allowUnverified?: boolean;
}

/** `letterhead sign`: prints the signature of a message, which is read and hashed here; its headers alone are sent. */
export function addSignCommand(program: Command, context: CommandContext): void {
  addAccountAction(
    program
      .command('sign')
      .argument('<file>', 'the message; - reads it from standard input')
      .description('print the DKIM-Signature field of a message, to be put before it')
      .option('--allow-unverified', 'sign even if the domain’s DKIM record is not verified'),
    context,
    (target, options: SignOptions, file: string) => sign(target, options, file, context),
  );
}

async function sign(
  { letterhead, account }: Target,
  { json, allowUnverified = false }: SignOptions,
  file: string,
  { terminal }: CommandContext,
): Promise<CommandResult | null> {
  const digest = await digestMessage(file === '-' ? (terminal.octets?.() ?? []) : readFile(file));
  const input = { account, ...digest, allow_unverified: allowUnverified };
  const signature = await letterhead.signing.sign.mutate(input);
  const [lineEnd = '\r\n'] = /\r?\n/.exec(digest.headers) ?? [];
  const header = signature.header.replaceAll('\r\n', lineEnd);
  if (json === true) return { json: signature, text: header };
  // Never wrapped: it is a part of the message.
  await print(terminal.out, header);
  return null;
}

async function* readFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw cannotRead(file, error);
  }
}
