import type { Token } from '@letterhead/shared';
import { SCOPES, ScopeSchema } from '@letterhead/shared';
import type { Command } from 'commander';
import type { CommandNeeds, CommandOptions } from './command-context.ts';
import { addAction, parseId } from './command-context.ts';
import type { ExitCode } from './exit-code.ts';
import { UsageError } from './exit-code.ts';
import { formatTable, formatTime } from './output.ts';

interface CreateOptions extends CommandOptions {
  readonly scope: readonly string[];
  readonly expires?: string;
}

/** `letterhead token …`: what the tRPC procedures `tokens.*` do. */
export function addTokenCommands(
  program: Command,
  needs: CommandNeeds,
  finish: (exit: ExitCode) => void,
): void {
  const token = program.command('token').description('make, list and revoke tokens');

  addAction(
    token
      .command('create <name>')
      .description('make a token and print its secret, this once')
      .option('--scope <scope...>', `what it may do: ${SCOPES.join(', ')}`, ['domains:read', 'domains:write'])
      .option('--expires <time>', 'when it stops working, such as 2027-01-31 or 2027-01-31T12:00:00Z'),
    needs,
    finish,
    async ({ letterhead, account }, options: CreateOptions, name: string) => {
      const created = await letterhead.tokens.create.mutate({
        account,
        name,
        scopes: options.scope.map(parseScope),
        expires_at: options.expires === undefined ? null : parseTime(options.expires),
      });
      return { json: created, text: `${created.token}\n` };
    },
  );

  addAction(
    token.command('list').description('list the tokens, without their secrets'),
    needs,
    finish,
    async ({ letterhead, account }) => {
      const tokens = await letterhead.tokens.list.query({ account });
      return { json: tokens, text: formatTokens(tokens) };
    },
  );

  addAction(
    token.command('revoke <id>').description('make a token stop working'),
    needs,
    finish,
    async ({ letterhead, account }, _options: CommandOptions, text: string) => {
      const id = parseId(text, 'A token’s id');
      await letterhead.tokens.revoke.mutate({ account, id });
      return { json: { id, revoked: true }, text: `Revoked token ${id}.\n` };
    },
  );
}

function parseScope(text: string) {
  const scope = ScopeSchema.safeParse(text);
  if (!scope.success) throw new UsageError(`There is no scope ${text}: use ${SCOPES.join(', ')}.`);
  return scope.data;
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new UsageError(`"${text}" is not a time such as 2027-01-31T12:00:00Z.`);
  return time;
}

function formatTokens(tokens: readonly Token[]): string {
  if (tokens.length === 0) return 'There are no tokens: `letterhead token create` makes one.\n';
  return formatTable(
    ['ID', 'NAME', 'BEGINS', 'SCOPES', 'EXPIRES', 'LAST USED'],
    tokens.map((token) => [
      String(token.id),
      token.name,
      token.prefix,
      token.scopes.join(' '),
      formatTime(token.expires_at),
      formatTime(token.last_used_at),
    ]),
  );
}
