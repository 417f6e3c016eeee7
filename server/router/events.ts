import { EventSchema, IdSchema, MAX_PAGE } from '@letterhead/shared';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { toEvent } from '../events/events.ts';
import { REQUEST_LIMITS } from '../limits.ts';
import { answer, listViews } from './answer.ts';
import { toTrpcError } from './errors.ts';
import type { Call } from './procedures.ts';
import { accountProcedure, loadAccount, withAccount } from './procedures.ts';
import { t } from './trpc.ts';

const DEFAULT_PAGE = 100;
const SCOPE = 'domains:read';

export const eventsRouter = t.router({
  list: accountProcedure({
    after: z
      .int()
      .min(0)
      .optional()
      .describe('Begin after this id; with the oldest event that is kept by default.'),
    limit: z.int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE).describe('The size of a page.'),
    domain: IdSchema.optional().describe('Only those of this domain, by its id.'),
  })
    .meta({
      scope: SCOPE,
      summary: 'List events',
      description: 'The events of the account, oldest first. A `Link` header names the next page.',
      rest: { method: 'GET', path: '/accounts/{account}/events', status: 200 },
    })
    .output(answer(EventSchema.array()))
    .query(
      withAccount(async ({ ctx, input, account }) => {
        // Reading the log takes long as well.
        if (input.limit > REQUEST_LIMITS.rowsAtAStretch) await ctx.turns?.next();
        const { rows, next } = await ctx.services.events.list(account, input);
        if (ctx.page !== undefined) ctx.page.next = next;
        return listViews(ctx.turns, rows, toEvent);
      }),
    ),

  stream: accountProcedure({
    lastEventId: z.coerce.number().int().min(0).optional(),
  })
    .meta({
      scope: SCOPE,
      summary: 'Stream events',
      description:
        'Events from now on, or after `lastEventId` if given. A `reload` says that some of them are no longer kept: read everything again.',
    })
    .subscription(({ ctx, input, signal }) => follow(ctx, input, signal ?? new AbortController().signal)),
});

/**
 * Yields the events of an account for as long as the caller may read them. Once the listener has gone it ends quietly:
 * there is nobody left to hear an error, and Node ends a whole process over one that nobody hears.
 */
async function* follow(
  ctx: Call<unknown>['ctx'],
  input: { account: number; lastEventId?: number | undefined },
  until: AbortSignal,
) {
  try {
    const account = await loadAccount(ctx, input.account);
    for await (const item of ctx.services.events.stream(account, input.lastEventId ?? null, until)) {
      // The token may have been revoked since the stream began.
      await ctx.services.tokens.confirm(ctx.identity, SCOPE, account.id);
      // Every item has an id, with which a client resumes after a lost connection.
      yield tracked(String(item.kind === 'event' ? item.event.id : item.last), item);
    }
  } catch (error) {
    if (!until.aborted) throw toTrpcError(error);
  }
}
