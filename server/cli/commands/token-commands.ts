import type { Scope, Token } from '@letterhead/shared';
import { SCOPES, ScopeSchema } from '@letterhead/shared';
import type { Command } from 'commander';
import { inOneLine } from '../../terminal-text.ts';
import type { AccountOptions, CommandContext, Target } from '../command-context.ts';
import { addAccountAction, idParser, listResult, parseExpiry } from '../command-context.ts';
import { confirm, confirmLastAdmin } from '../confirm.ts';
import { UsageError } from '../exit-code.ts';
import type { Columns } from '../layout.ts';
import type { Terminal } from '../output.ts';
import { formatTime, printStatus } from '../output.ts';

interface CreateOptions extends AccountOptions {
  readonly scope?: readonly Scope[];
  readonly expires?: Date;
}

interface RevokeOptions extends AccountOptions {
  readonly yes?: boolean;
  readonly confirm?: number;
}

const DEFAULT_SCOPES: readonly Scope[] = ['domains:read', 'domains:write'];

const TOKEN_COLUMNS: Columns<Token> = {
  ID: ({ id }) => id,
  NAME: ({ name }) => name,
  BEGINS: ({ prefix }) => prefix,
  SCOPES: ({ scopes }) => scopes.join(' '),
  EXPIRES: ({ expires_at }) => formatTime(expires_at),
  'LAST USED': ({ last_used_at }) => formatTime(last_used_at),
};

/** `letterhead token …`: the procedures `tokens.*`. */
export function addTokenCommands(program: Command, context: CommandContext): void {
  const token = program.command('token').description('create, list and revoke tokens');

  addAccountAction(
    token
      .command('create')
      .argument('[name]', 'what it is for', 'Command line')
      .description('create a token and print its secret, this once')
      .option(
        '--scope <scopes>',
        `what it may do, separated by commas: ${SCOPES.join(', ')} (default: ${DEFAULT_SCOPES.join()})`,
        addScopes,
      )
      .option(
        '--expires <time>',
        'when it stops working, such as 2027-01-31 or 2027-01-31T12:00:00Z',
        parseExpiry,
      ),
    context,
    (target, options: CreateOptions, name: string) => create(target, options, name, context.terminal),
  );
  addAccountAction(
    token.command('list').description('list the tokens, without their secrets'),
    context,
    list,
  );
  addAccountAction(
    token
      .command('revoke')
      .argument('<id>', 'as `letterhead token list` shows it', idParser('A token'))
      .description('revoke a token; asks for confirmation in a terminal')
      .option('--yes', 'do not ask')
      .option(
        '--confirm <id>',
        'its id again: revoke it even if nobody can administer afterwards',
        idParser('--confirm'),
      ),
    context,
    (target, options: RevokeOptions, id: number) => revoke(target, options, id, context.terminal),
  );
}

/** Prints only the secret to standard output, for `TOKEN=$(letterhead token create)`. */
async function create(
  { letterhead, account }: Target,
  { scope, expires, json }: CreateOptions,
  name: string,
  terminal: Terminal,
) {
  const created = await letterhead.tokens.create.mutate({
    account,
    name,
    scopes: [...(scope ?? DEFAULT_SCOPES)],
    expires_at: expires ?? null,
  });
  if (json !== true) printStatus(terminal, describeCreated(created));
  return { json: created, text: `${created.token}\n` };
}

async function list({ letterhead, account }: Target) {
  return listResult(
    await letterhead.tokens.list.query({ account }),
    TOKEN_COLUMNS,
    'There are no tokens: `letterhead token create` creates one.\n',
  );
}

async function revoke(target: Target, options: RevokeOptions, id: number, terminal: Terminal) {
  const { letterhead, account } = target;
  const declined = 'Nothing was revoked.';
  const isAsked = options.yes !== true && options.confirm !== id;
  if (isAsked && terminal.prompt !== null)
    await confirm(terminal, await revokeQuestion(target, id), declined);
  await confirmLastAdmin(
    terminal,
    ({ confirmed }) =>
      letterhead.tokens.revoke.mutate({ account, id, confirm: confirmed ? id : options.confirm }),
    declined,
  );
  return { json: { id, revoked: true }, text: `Revoked token ${id}.\n` };
}

function describeCreated({ id, account_id, name, scopes }: Token): string {
  const command = `letterhead token revoke ${id} --account ${account_id}`;
  return `Token ${id}, ${name}, may do ${scopes.join(', ')}. Its secret is shown this once; \`${command}\` revokes it.`;
}

async function revokeQuestion({ letterhead, account }: Target, id: number): Promise<string> {
  const token = (await letterhead.tokens.list.query({ account })).find((one) => one.id === id);
  const name = token === undefined ? '' : `, ${inOneLine(token.name)}`;
  return `Token ${id}${name}, will stop working at once. Revoke it?`;
}

/** Accumulates the option, which may be given several times. */
function addScopes(text: string, earlier: readonly Scope[] = []): readonly Scope[] {
  return [...earlier, ...text.split(',').map(parseScope)];
}

function parseScope(text: string): Scope {
  const scope = ScopeSchema.safeParse(text.trim());
  if (!scope.success) throw new UsageError(`There is no scope "${text}": use ${SCOPES.join(', ')}.`);
  return scope.data;
}
