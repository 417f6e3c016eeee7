import type { NewShare, Share } from '@letterhead/shared';
import { SHARE_DAYS } from '@letterhead/shared';
import type { Command } from 'commander';
import { withPunycode } from '../../domains/domain-name.ts';
import type { AccountOptions, CommandContext, Target } from '../command-context.ts';
import { addAccountAction, findDomain, idParser, listResult, parseExpiry } from '../command-context.ts';
import { describeName } from '../domain-text.ts';
import type { Columns } from '../layout.ts';
import { formatTime, printStatus } from '../output.ts';

interface CreateOptions extends AccountOptions {
  readonly expires?: Date;
}

const SHARE_COLUMNS: Columns<Share> = {
  ID: ({ id }) => id,
  EXPIRES: ({ expires_at }) => formatTime(expires_at),
  'LAST USED': ({ last_used_at }) => formatTime(last_used_at),
  CREATED: ({ created_at }) => formatTime(created_at),
};

/** `letterhead share …`: the procedures `shares.*`. */
export function addShareCommands(program: Command, context: CommandContext): void {
  const share = program.command('share').description('share a domain with a colleague without an account');
  const shareCommand = (name: string, description: string) =>
    share.command(name).argument('<domain>', 'its name or its id').description(description);

  addAccountAction(
    shareCommand('create', 'create a link to its records and print it, this once').option(
      '--expires <time>',
      `when it stops working, such as 2027-01-31 (default: in ${SHARE_DAYS} days)`,
      parseExpiry,
    ),
    context,
    async (target, options: CreateOptions, idOrName: string) => {
      const domain = await findDomain(target, idOrName);
      const { letterhead, account } = target;
      const created = await letterhead.shares.create.mutate({
        account,
        id: domain.id,
        expires_at: options.expires,
      });
      if (options.json !== true)
        printStatus(context.terminal, describeShare(created, withPunycode(domain.domain)));
      return { json: created, text: `${linkOf(created, target)}\n` };
    },
  );
  addAccountAction(
    shareCommand('list', 'list its links, without their secrets'),
    context,
    async (target, _options: AccountOptions, idOrName: string) => {
      const { id } = await findDomain(target, idOrName);
      return listResult(
        await target.letterhead.shares.list.query({ account: target.account, id }),
        SHARE_COLUMNS,
        'There are no links: `letterhead share create` creates one.\n',
      );
    },
  );
  addAccountAction(
    shareCommand('revoke', 'revoke a link of it').argument(
      '<id>',
      'as `letterhead share list` shows it',
      idParser('A link'),
    ),
    context,
    async (target, _options: AccountOptions, idOrName: string, share: number) => {
      const domain = await findDomain(target, idOrName);
      const { letterhead, account } = target;
      await letterhead.shares.revoke.mutate({ account, id: domain.id, share });
      return {
        json: { id: share, revoked: true },
        text: `Revoked link ${share} of ${describeName(domain)}.\n`,
      };
    },
  );
}

/** The link, as PUBLIC_URL or LETTERHEAD_URL has it; on the data folder without PUBLIC_URL, its secret alone. */
export function linkOf({ url, token }: NewShare, { url: server }: Target): string {
  if (url !== null) return url;
  return server === null ? token : `${server}/share#${token}`;
}

function describeShare({ id, expires_at }: NewShare, name: string): string {
  const until = expires_at === null ? 'until it is revoked' : `until ${formatTime(expires_at)}`;
  return `Link ${id} shows ${name} and works ${until}; \`letterhead share revoke ${name} ${id}\` revokes it.`;
}
