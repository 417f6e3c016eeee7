import type { Delivery, EventType, Webhook } from '@letterhead/shared';
import { EVENT_TYPES, EventTypeSchema } from '@letterhead/shared';
import type { Command } from 'commander';
import { withPunycode } from '../../domains/domain-name.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { AccountOptions, CommandContext, CommandResult, Target } from '../command-context.ts';
import { addAccountAction, findDomain, idParser, listResult } from '../command-context.ts';
import { EXIT, UsageError } from '../exit-code.ts';
import { type Columns, formatTable } from '../layout.ts';
import { formatTime, printStatus } from '../output.ts';

interface FilterOptions extends AccountOptions {
  /** Null: all. */
  readonly events?: EventType[] | null;
  readonly domains?: string;
}

interface UpdateOptions extends FilterOptions {
  readonly url?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly skipBacklog?: boolean;
}

const ALL = 'all';

/** Domains that are gone have no name, and are shown by their ids. */
const webhookColumns = (names: ReadonlyMap<number, string>): Columns<Webhook> => ({
  ID: ({ id }) => id,
  URL: ({ url }) => url,
  EVENTS: ({ events }) => events?.join(' ') ?? ALL,
  DOMAINS: ({ domains }) => domains?.map((id) => names.get(id) ?? id).join(' ') ?? ALL,
  ENABLED: ({ enabled, disabled_reason }) => (enabled ? 'yes' : `no (${disabled_reason})`),
});

const DELIVERY_COLUMNS: Columns<Delivery> = {
  ID: ({ id }) => id,
  WHEN: ({ at }) => formatTime(at),
  EVENT: ({ event }) => event,
  TYPE: ({ type }) => type,
  DOMAIN: ({ domain }) => domain?.name ?? null,
  STATUS: ({ status }) => status,
  MS: ({ duration }) => duration,
  ERROR: ({ error }) => error ?? '',
};

/** `letterhead webhook …`: the procedures `webhooks.*`. */
export function addWebhookCommands(program: Command, context: CommandContext): void {
  const webhook = program.command('webhook').description('send an account’s events to a URL');
  const byId = (name: string, description: string) =>
    webhook
      .command(name)
      .argument('<id>', 'as `letterhead webhook list` shows it', idParser('A webhook'))
      .description(description);
  const filtered = (command: Command) =>
    command
      .option('--events <types>', 'which, separated by commas, such as domain.lost; or all', parseEvents)
      .option('--domains <names>', 'of which domains, by name or id, separated by commas; or all');

  addAccountAction(
    filtered(
      webhook
        .command('add')
        .argument('<url>', 'an https URL at a public address')
        .description('send events to a URL from now on, and print the secret, this once'),
    ),
    context,
    async (target, options: FilterOptions, url: string) => {
      const { letterhead, account } = target;
      const filters = await filtersOf(target, options);
      const created = await letterhead.webhooks.create.mutate({ account, url, ...filters });
      if (options.json !== true)
        printStatus(context.terminal, `Webhook ${created.id} is added. Its secret is shown this once.`);
      return { json: created, text: `${created.secret}\n` };
    },
  );
  addAccountAction(webhook.command('list').description('list the webhooks'), context, list);
  addAccountAction(
    filtered(byId('update', 'change a webhook; what is not given stays as it is'))
      .option('--url <url>', 'where to')
      .option('--enable', 'go on with the first event that was not delivered')
      .option('--disable', 'send nothing any more')
      .option('--skip-backlog', 'go on from now'),
    context,
    update,
  );
  addAccountAction(
    byId('rotate-secret', 'change its secret and print the new one, this once'),
    context,
    async ({ letterhead, account }, { json }: AccountOptions, id: number) => {
      const changed = await letterhead.webhooks.rotateSecret.mutate({ account, id });
      if (json !== true)
        printStatus(
          context.terminal,
          'The secret before signs as well for a day. This one is shown this once.',
        );
      return { json: changed, text: `${changed.secret}\n` };
    },
  );
  addAccountAction(
    byId('test', 'send a test now'),
    context,
    async ({ letterhead, account }, _options: AccountOptions, id: number) =>
      deliveryResult(await letterhead.webhooks.test.mutate({ account, id })),
  );
  addAccountAction(byId('deliveries', 'list its last deliveries, newest first'), context, deliveries);
  addAccountAction(
    byId('send-again', 'send the event of a delivery again now').argument(
      '<delivery>',
      'as `letterhead webhook deliveries` shows it',
      idParser('A delivery'),
    ),
    context,
    async ({ letterhead, account }, _options: AccountOptions, id: number, delivery: number) =>
      deliveryResult(await letterhead.webhooks.sendAgain.mutate({ account, id, delivery })),
  );
  addAccountAction(
    byId('delete', 'delete a webhook'),
    context,
    async ({ letterhead, account }, _options: AccountOptions, id: number) => {
      await letterhead.webhooks.delete.mutate({ account, id });
      return { json: { id, deleted: true }, text: `Deleted webhook ${id}.\n` };
    },
  );
}

async function list(target: Target): Promise<CommandResult> {
  const webhooks = await target.letterhead.webhooks.list.query({ account: target.account });
  return listResult(
    webhooks,
    webhookColumns(await domainNames(target, webhooks)),
    'There are no webhooks: `letterhead webhook add` adds one.\n',
  );
}

async function update(target: Target, options: UpdateOptions, id: number): Promise<CommandResult> {
  if (options.enable === true && options.disable === true)
    throw new UsageError('Give --enable or --disable, not both.');
  const { letterhead, account } = target;
  const enabled = options.enable ?? (options.disable === true ? false : undefined);
  const changed = await letterhead.webhooks.update.mutate({
    account,
    id,
    ...(await filtersOf(target, options)),
    url: options.url,
    enabled,
    skip_backlog: options.skipBacklog,
  });
  const columns = webhookColumns(await domainNames(target, [changed]));
  return { json: changed, text: (width?: number) => formatTable([changed], columns, width) };
}

/** Names of the account's domains by their ids; not asked for where no webhook is limited to some. */
async function domainNames({ letterhead, account }: Target, webhooks: readonly Webhook[]) {
  if (webhooks.every(({ domains }) => domains === null)) return new Map<number, string>();
  const domains = await letterhead.domains.list.query({ account });
  return new Map(domains.map(({ id, domain }) => [id, withPunycode(domain)]));
}

async function deliveries({ letterhead, account }: Target, _options: AccountOptions, id: number) {
  return listResult(
    await letterhead.webhooks.deliveries.query({ account, id }),
    DELIVERY_COLUMNS,
    'Nothing was sent to it yet: `letterhead webhook test` sends a test.\n',
  );
}

/** Exits with 1 where it was not delivered, as `domain verify` does where a domain is not verified. */
function deliveryResult(delivery: Omit<Delivery, 'id'>): CommandResult {
  const { delivered, status, duration, error } = delivery;
  const text = delivered
    ? `Delivered: it answered ${status} after ${duration} ms.`
    : `Not delivered. ${error}`;
  return {
    json: delivery,
    text: `${inOneLine(text)}\n`,
    exit: delivered ? EXIT.done : EXIT.notVerified,
  };
}

async function filtersOf(target: Target, { events, domains }: FilterOptions) {
  return {
    ...(events === undefined ? {} : { events }),
    ...(domains === undefined ? {} : { domains: await findIds(target, domains) }),
  };
}

async function findIds(target: Target, names: string): Promise<number[] | null> {
  if (names === ALL) return null;
  const domains = await Promise.all(names.split(',').map((name) => findDomain(target, name.trim())));
  return domains.map(({ id }) => id);
}

function parseEvents(text: string): EventType[] | null {
  if (text === ALL) return null;
  return text.split(',').map((name) => {
    const type = EventTypeSchema.safeParse(name.trim());
    if (type.success) return type.data;
    throw new UsageError(`There is no event "${name}": use ${EVENT_TYPES.join(', ')}.`);
  });
}
