import type { Event } from '@letterhead/shared';
import { MAX_PAGE } from '@letterhead/shared';
import type { Command } from 'commander';
import { restJson } from '../rest/rest-json.ts';
import type { AccountOptions, CommandContext, Target } from './command-context.ts';
import { addAccountOption, idParser, targetOf, withConnection } from './command-context.ts';
import type { Connection } from './connection.ts';
import { formatEvent, formatEvents } from './event-text.ts';
import { UsageError } from './exit-code.ts';
import { findDomain } from './find-domain.ts';
import { followEvents } from './follow-events.ts';
import { formatJson, print, printStatus } from './output.ts';

interface EventsOptions extends AccountOptions {
  readonly after?: number;
  readonly limit?: number;
  readonly domain?: string;
  readonly follow?: boolean;
}

/** Filter of events, with the domain's id. */
interface Filter {
  readonly after: number | undefined;
  readonly limit: number | undefined;
  readonly domain: number | undefined;
}

/** `letterhead events`: what happened in the account, oldest first. */
export function addEventsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('events')
    .description('list what happened, oldest first')
    .option('--after <id>', 'begin after this event', idParser('--after'))
    .option('--limit <n>', 'at most so many; all that are kept without it', idParser('--limit'))
    .option('--domain <domain>', 'only those of this domain, by its name or its id')
    .option('--follow', 'go on with what happens, until interrupted; --json prints a line each then')
    .option('--json', 'print JSON');
  addAccountOption(command).action(async (options: EventsOptions) => {
    await withConnection(context, {}, async (connection) => {
      if (options.follow === true) await listAndFollow(connection, options, context);
      else await list(connection, options, context);
    });
  });
}

async function list(connection: Connection, options: EventsOptions, { terminal }: CommandContext) {
  const target = await targetOf(connection, options);
  const events = await Array.fromAsync(listEvents(target, await filterOf(target, options)));
  const shown = options.json === true ? formatJson(events) : formatEvents(events);
  await print(terminal.out, shown);
}

async function listAndFollow(connection: Connection, options: EventsOptions, { terminal }: CommandContext) {
  if (!connection.shared)
    throw new UsageError('Only a running server can be followed: set LETTERHEAD_URL and LETTERHEAD_TOKEN.');
  if (options.limit !== undefined) throw new UsageError('--follow has no end, and so no --limit.');
  const target = await targetOf(connection, options);
  const filter = await filterOf(target, options);
  let last = filter.after ?? 0;
  const show = async (event: Event) => {
    last = event.id;
    if (filter.domain !== undefined && event.domain?.id !== filter.domain) return;
    const shown = options.json === true ? `${restJson(event)}\n` : formatEvent(event);
    await print(terminal.out, shown);
  };
  for await (const event of listEvents(target, filter)) await show(event);
  await followEvents(target, last, show, () =>
    printStatus(terminal, 'Some events are no longer kept; this goes on with the next.'),
  );
}

async function filterOf(target: Target, { after, limit, domain }: EventsOptions): Promise<Filter> {
  return { after, limit, domain: domain === undefined ? undefined : await domainId(target, domain) };
}

/** Reads the events page by page. */
async function* listEvents({ letterhead, account }: Target, filter: Filter): AsyncGenerator<Event> {
  let { after, limit: left = Number.POSITIVE_INFINITY } = filter;
  while (left > 0) {
    const limit = Math.min(left, MAX_PAGE);
    const page = await letterhead.events.list.query({ account, after, limit, domain: filter.domain });
    yield* page;
    if (page.length < limit) return;
    after = page.at(-1)?.id;
    left -= page.length;
  }
}

/** Accepts any id, because a removed domain still has events but can no longer be found by name. */
async function domainId(target: Target, idOrName: string): Promise<number> {
  if (/^\d+$/.test(idOrName)) return idParser('A domain’s id')(idOrName);
  return (await findDomain(target, idOrName)).id;
}
