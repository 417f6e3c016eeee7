import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Account } from '@letterhead/shared';
import { LOGO_MAX_BYTES } from '@letterhead/shared';
import type { Command } from 'commander';
import { inOneLine } from '../../terminal-text.ts';
import { cannotRead } from '../cannot-read.ts';
import type { CommandContext, CommandOptions } from '../command-context.ts';
import { addAction, idParser, listResult } from '../command-context.ts';
import { confirmLastAdmin } from '../confirm.ts';
import type { Connection } from '../connection.ts';
import { UsageError } from '../exit-code.ts';
import type { Columns } from '../layout.ts';
import type { Terminal } from '../output.ts';
import { formatTime } from '../output.ts';
import { styled } from '../style.ts';

interface DeleteOptions extends CommandOptions {
  readonly confirm?: string;
}

interface UpdateOptions extends CommandOptions {
  readonly name?: string;
  readonly displayName?: string;
  readonly contact?: string;
  readonly notify?: string;
  /** A file; false to remove it. */
  readonly logo?: string | false;
}

const parseId = idParser('An account');

const ACCOUNT_COLUMNS: Columns<Account> = {
  ID: ({ id }) => id,
  NAME: ({ name }) => name,
  STATE: ({ suspended }) => (suspended ? { text: 'suspended', style: 'warning' } : 'active'),
  CREATED: ({ created_at }) => formatTime(created_at),
};

/** `letterhead account …`: the procedures `accounts.*`. */
export function addAccountCommands(program: Command, context: CommandContext): void {
  const account = program.command('account').description('create, list, change, suspend and delete accounts');
  const accountCommand = (name: string, description: string) =>
    account.command(name).argument('<id>', '', parseId).description(description);

  addAction(
    account.command('create').argument('<name>').description('create an account'),
    context,
    create,
    // Allows preparing an installation before its server first starts.
    { begin: true },
  );
  addAction(account.command('list').description('list the accounts'), context, list);
  addAction(accountCommand('show', 'show what it is called, and what share links show of it'), context, show);
  addAction(
    accountCommand('update', 'change what it is called, and what share links show of it')
      .option('--name <name>', 'its name')
      .option('--display-name <name>', 'what share links show in its place; "" for nothing else')
      .option('--contact <address>', 'an e-mail address that share links show; "" for none')
      .option('--notify <addresses>', 'who is told by mail when a domain changes, with commas; "" for nobody')
      .option('--logo <file>', 'a PNG that share links show')
      .option('--no-logo', 'remove its logo'),
    context,
    update,
  );
  addAction(accountCommand('suspend', 'stop its tokens and checks'), context, suspend);
  addAction(accountCommand('resume', 'end its suspension'), context, resume);
  addAction(
    accountCommand('delete', 'delete it with its domains, keys, tokens and events').option(
      '--confirm <name>',
      'the account’s name; asked for where it is not given',
    ),
    context,
    (connection, options: DeleteOptions, id: number) => remove(connection, options, id, context.terminal),
  );
}

async function create({ letterhead }: Connection, _options: CommandOptions, name: string) {
  const created = await letterhead.accounts.create.mutate({ name });
  return { json: created, text: describeCreated(created) };
}

async function list({ letterhead }: Connection) {
  return listResult(
    await letterhead.accounts.list.query(),
    ACCOUNT_COLUMNS,
    'There are no accounts yet: `letterhead account create` creates one.\n',
  );
}

async function show({ letterhead }: Connection, _options: CommandOptions, id: number) {
  const account = await letterhead.accounts.get.query({ account: id });
  return { json: account, text: describeAccount(account) };
}

async function update(
  { letterhead }: Connection,
  { name, displayName, contact, notify, logo }: UpdateOptions,
  id: number,
) {
  const updated = await letterhead.accounts.update.mutate({
    account: id,
    name,
    display_name: displayName,
    contact_email: contact,
    notify: notify === '' ? [] : notify?.split(','),
    logo: typeof logo === 'string' ? await readLogo(logo) : logo === false ? null : undefined,
  });
  return { json: updated, text: describeAccount(updated) };
}

/** A file in Base64, no more of it than it takes to refuse it. */
async function readLogo(file: string): Promise<string> {
  try {
    return (await buffer(createReadStream(file, { end: LOGO_MAX_BYTES }))).toString('base64');
  } catch (error) {
    throw cannotRead(file, error);
  }
}

async function suspend(connection: Connection, _options: CommandOptions, id: number) {
  const { letterhead, shared } = connection;
  const isOwn = shared && (await connection.defaultAccount()) === id;
  const suspended = await letterhead.accounts.update.mutate({ account: id, suspended: true });
  return { json: suspended, text: describeSuspended(suspended, isOwn) };
}

async function resume({ letterhead }: Connection, _options: CommandOptions, id: number) {
  const resumed = await letterhead.accounts.update.mutate({ account: id, suspended: false });
  return { json: resumed, text: `Account ${id}, ${inOneLine(resumed.name)}, is active.\n` };
}

async function remove(
  { letterhead }: Connection,
  { confirm }: DeleteOptions,
  id: number,
  terminal: Terminal,
) {
  const { name } = await letterhead.accounts.get.query({ account: id });
  const typed = confirm ?? (await askForName(terminal, id, name));
  if (typed.trim() !== name) throw new UsageError(`Nothing was deleted: account ${id} is called ${name}.`);
  await confirmLastAdmin(
    terminal,
    // With --confirm, the account was named on purpose.
    ({ confirmed }) =>
      letterhead.accounts.delete.mutate({
        account: id,
        confirm: confirmed || confirm !== undefined ? id : undefined,
      }),
    'Nothing was deleted.',
  );
  return { json: { id, name, deleted: true }, text: `Deleted account ${id}, ${inOneLine(name)}.\n` };
}

async function askForName({ prompt }: Terminal, id: number, name: string): Promise<string> {
  if (prompt === null)
    throw new UsageError(`Confirm that you mean account ${id} with --confirm and its name, ${name}.`);
  const what = `This deletes account ${id} with all its domains, keys, tokens and events, for good.`;
  return prompt(`${what}\nType its name, ${inOneLine(name)}, to go on: `);
}

function describeCreated({ id, name }: Account): string {
  return `Created account ${id}, ${inOneLine(name)}. Create a token for it:\n\n  letterhead token create --account ${id}\n`;
}

function describeAccount({
  id,
  name,
  display_name,
  contact_email,
  notify,
  logo,
  suspended,
}: Account): string {
  const lines = {
    Name: inOneLine(name),
    'Display name': inOneLine(display_name ?? '-'),
    Contact: inOneLine(contact_email ?? '-'),
    Notices: notify.length === 0 ? '-' : inOneLine(notify.join(', ')),
    Logo: logo ?? '-',
    State: suspended ? styled('warning', 'suspended') : 'active',
  };
  const text = Object.entries(lines).map(([label, value]) => `${label.padEnd(14)}${value}\n`);
  return `Account ${id}\n${text.join('')}`;
}

function describeSuspended({ id, name }: Account, isOwn: boolean): string {
  const what = `Account ${id}, ${inOneLine(name)}, is suspended: its tokens are refused, its domains are not checked.\n`;
  if (!isOwn) return what;
  return `${what}The token of this command is one of them. If no other account has a token with the scope admin, stop the server and resume it in the data folder, without LETTERHEAD_URL and LETTERHEAD_TOKEN.\n`;
}
