import type { Event } from '@letterhead/shared';
import { EVENT_TYPES, MAX_PAGE } from '@letterhead/shared';
import type { Command } from 'commander';
import { withPunycode } from '../../domains/domain-name.ts';
import { restJson } from '../../rest-json.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { AccountOptions, CommandContext, Target } from '../command-context.ts';
import { addAccountAction, findDomain, idParser, listResult, requireServer } from '../command-context.ts';
import { UsageError } from '../exit-code.ts';
import { formatTime, print, printStatus } from '../output.ts';

const LONGEST_TYPE = Math.max(...EVENT_TYPES.map((type) => type.length));

const EVENT_COLUMNS = {
  ID: ({ id }: Event) => String(id),
  WHEN: ({ at }: Event) => formatTime(at),
  WHAT: ({ type }: Event) => type,
  BY: ({ actor }: Event) => (actor.kind === 'token' ? `token ${actor.token_id}` : actor.kind),
  DOMAIN: ({ domain, changes }: Event) => {
    if (domain === null) return '-';
    // The same happens to a domain's DKIM record, which is the one that is meant where none is named.
    const record = changes['record'] === 'Return-Path' ? ' (Return-Path)' : '';
    return `${withPunycode(domain.name)}${record}`;
  },
};

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

/** `letterhead events`: lists the events of the account, oldest first. */
export function addEventsCommand(program: Command, context: CommandContext): void {
  addAccountAction(
    program
      .command('events')
      .description('list the events, oldest first')
      .option('--after <id>', 'start after this event', idParser('--after'))
      .option('--limit <n>', 'only the newest <n>; with --after, the next <n>', idParser('--limit'))
      .option('--domain <domain>', 'only events of this domain, by its name or id')
      .option('--follow', 'print new events as they happen, until interrupted; with --json, a line each'),
    context,
    (target, options: EventsOptions) =>
      options.follow === true ? listAndFollow(target, options, context) : list(target, options),
  );
}

async function list(target: Target, options: EventsOptions) {
  const filter = await filterOf(target, options);
  const events =
    filter.after === undefined && filter.limit !== undefined
      ? await newestEvents(target, filter, filter.limit)
      : await Array.fromAsync(listEvents(target, filter));
  return listResult(events, EVENT_COLUMNS, 'There are no events.\n');
}

async function listAndFollow(target: Target, options: EventsOptions, { terminal }: CommandContext) {
  requireServer(target);
  if (options.limit !== undefined) throw new UsageError('--follow has no end, and so no --limit.');
  const filter = await filterOf(target, options);
  let last = filter.after ?? 0;
  const show = async (event: Event) => {
    last = event.id;
    if (filter.domain !== undefined && event.domain?.id !== filter.domain) return;
    const shown = options.json === true ? `${restJson(event)}\n` : formatEvent(event);
    await print(terminal.out, shown);
  };
  for await (const event of listEvents(target, filter)) await show(event);
  return followEvents(target, last, show, () =>
    printStatus(terminal, 'Some events are no longer kept; continuing with the next.'),
  );
}

async function filterOf(target: Target, { after, limit, domain }: EventsOptions): Promise<Filter> {
  return { after, limit, domain: domain === undefined ? undefined : await domainId(target, domain) };
}

/** The newest events, oldest first. The API lists the oldest first, so it reads all pages and keeps `limit` events. */
async function newestEvents(target: Target, filter: Filter, limit: number): Promise<Event[]> {
  let newest: Event[] = [];
  for await (const event of listEvents(target, { ...filter, limit: undefined })) {
    newest.push(event);
    if (newest.length >= 2 * limit) newest = newest.slice(-limit);
  }
  return newest.slice(-limit);
}

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

/**
 * Shows every event after `last` as it happens, in order; reconnects when the connection is lost. Never resolves;
 * rejects with an error of the server or of `show`.
 */
function followEvents(
  { letterhead, account }: Target,
  last: number,
  show: (event: Event) => Promise<void>,
  onGap: () => void,
): Promise<never> {
  return new Promise((_resolve, reject) => {
    let shown = Promise.resolve();
    const subscription = letterhead.events.stream.subscribe(
      { account, lastEventId: last },
      {
        onData({ data: item }) {
          if (item.kind === 'reload') onGap();
          if (item.kind === 'event') shown = shown.then(() => show(item.event)).catch(end);
        },
        onError: end,
      },
    );
    function end(error: unknown): void {
      subscription.unsubscribe();
      reject(error);
    }
  });
}

/** Formats one line, with fixed column widths because later events are not known yet. */
function formatEvent(event: Event): string {
  const { ID, WHEN, WHAT, BY, DOMAIN } = EVENT_COLUMNS;
  const line = `${ID(event).padStart(6)}  ${WHEN(event)}  ${WHAT(event).padEnd(LONGEST_TYPE)}  ${BY(event).padEnd(8)}  ${DOMAIN(event)}`;
  return `${inOneLine(line)}\n`;
}
