import {
  DeliverySchema,
  IdSchema,
  NewWebhookSchema,
  WebhookChangeSchema,
  WebhookInputSchema,
  WebhookSchema,
} from '@letterhead/shared';
import { WEBHOOK_LIMITS } from '../limits.ts';
import { answer } from './answer.ts';
import { accountProcedure, takeAuditedAct, withAccount } from './procedures.ts';
import { t } from './trpc.ts';

const SCOPE = 'domains:write';
const PATH = '/accounts/{account}/webhooks';
const requestedDelivery = answer(DeliverySchema.omit({ id: true }));

/** Endpoints that the events of an account are sent to. A URL can be secret, so even reading takes `domains:write`. */
export const webhooksRouter = t.router({
  list: accountProcedure({})
    .meta({
      scope: SCOPE,
      summary: 'List webhooks',
      description: 'Never with their secrets.',
      rest: { method: 'GET', path: PATH, status: 200 },
    })
    .output(answer(WebhookSchema.array()))
    .query(withAccount(({ ctx, account }) => ctx.services.webhooks.list(account))),

  create: accountProcedure(WebhookInputSchema.shape)
    .meta({
      scope: SCOPE,
      summary: 'Create a webhook',
      description: `Sends the account’s events to a URL from now on, signed by [Standard Webhooks](https://www.standardwebhooks.com). Only this answer contains the secret. At most ${WEBHOOK_LIMITS.endpoints} an account.`,
      errors: ['quota_exceeded'],
      rest: { method: 'POST', path: PATH, status: 201 },
    })
    .output(answer(NewWebhookSchema))
    .mutation(
      withAccount(async ({ ctx, input, account }) => {
        await takeAuditedAct(ctx);
        return ctx.services.webhooks.create(account, input, ctx.identity);
      }),
    ),

  get: accountProcedure({ id: IdSchema })
    .meta({
      scope: SCOPE,
      summary: 'Retrieve a webhook',
      description: 'Never with its secret.',
      rest: { method: 'GET', path: `${PATH}/{id}`, status: 200 },
    })
    .output(answer(WebhookSchema))
    .query(withAccount(({ ctx, input, account }) => ctx.services.webhooks.get(account, input.id))),

  update: accountProcedure({ id: IdSchema, ...WebhookChangeSchema.shape })
    .meta({
      scope: SCOPE,
      summary: 'Update a webhook',
      description:
        'Fields that are not given stay as they are. `enabled: true` goes on with the first event that was not delivered, or from now on with `skip_backlog: true`.',
      rest: { method: 'PATCH', path: `${PATH}/{id}`, status: 200 },
    })
    .output(answer(WebhookSchema))
    .mutation(
      withAccount(async ({ ctx, input, account }) => {
        await takeAuditedAct(ctx);
        return ctx.services.webhooks.update(account, input.id, input, ctx.identity);
      }),
    ),

  delete: accountProcedure({ id: IdSchema })
    .meta({
      scope: SCOPE,
      summary: 'Delete a webhook',
      description: 'Nothing is sent to it any more.',
      rest: { method: 'DELETE', path: `${PATH}/{id}`, status: 204 },
    })
    .mutation(
      withAccount(({ ctx, input, account }) => ctx.services.webhooks.delete(account, input.id, ctx.identity)),
    ),

  rotateSecret: accountProcedure({ id: IdSchema })
    .meta({
      scope: SCOPE,
      summary: 'Change a webhook’s secret',
      description: 'The secret before signs as well for a day. Only this answer contains the new one.',
      rest: { method: 'POST', path: `${PATH}/{id}/secret`, status: 200 },
    })
    .output(answer(NewWebhookSchema))
    .mutation(
      withAccount(async ({ ctx, input, account }) => {
        await takeAuditedAct(ctx);
        return ctx.services.webhooks.rotateSecret(account, input.id, ctx.identity);
      }),
    ),

  test: accountProcedure({ id: IdSchema })
    .meta({
      scope: SCOPE,
      summary: 'Test a webhook',
      description: 'Sends a `webhook.test` now, and answers what came of it.',
      rest: { method: 'POST', path: `${PATH}/{id}/test`, status: 200 },
    })
    .output(requestedDelivery)
    .mutation(withAccount(({ ctx, input, account }) => ctx.services.webhooks.test(account, input.id))),

  deliveries: accountProcedure({ id: IdSchema })
    .meta({
      scope: SCOPE,
      summary: 'List a webhook’s deliveries',
      description: `The last ${WEBHOOK_LIMITS.deliveriesKept}, newest first.`,
      rest: { method: 'GET', path: `${PATH}/{id}/deliveries`, status: 200 },
    })
    .output(answer(DeliverySchema.array()))
    .query(withAccount(({ ctx, input, account }) => ctx.services.webhooks.deliveries(account, input.id))),

  sendAgain: accountProcedure({ id: IdSchema, delivery: IdSchema })
    .meta({
      scope: SCOPE,
      summary: 'Send an event again',
      description: 'The event of a delivery, now and outside the order; answers what came of it.',
      rest: { method: 'POST', path: `${PATH}/{id}/deliveries/{delivery}/send-again`, status: 200 },
    })
    .output(requestedDelivery)
    .mutation(
      withAccount(({ ctx, input, account }) =>
        ctx.services.webhooks.sendAgain(account, input.id, input.delivery),
      ),
    ),
});
