import {
  CurrentTokenSchema,
  IdSchema,
  NewTokenSchema,
  TokenInputSchema,
  TokenSchema,
} from '@letterhead/shared';
import { answer } from './answer.ts';
import { accountProcedure, authorizedProcedure, takeAuditedAct, withAccount } from './procedures.ts';
import { t } from './trpc.ts';

export const tokensRouter = t.router({
  current: authorizedProcedure
    .meta({
      scope: null,
      summary: 'Retrieve the current token',
      description: 'The token of this request, with its account. Not for share links, which show no account.',
      rest: { method: 'GET', path: '/token', status: 200 },
    })
    .output(answer(CurrentTokenSchema))
    .query(({ ctx }) => ctx.services.tokens.current(ctx.identity)),

  list: accountProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'List tokens',
      description: 'Never with their secrets.',
      rest: { method: 'GET', path: '/accounts/{account}/tokens', status: 200 },
    })
    .output(answer(TokenSchema.array()))
    .query(withAccount(({ ctx, account }) => ctx.services.tokens.list(account))),

  create: accountProcedure(TokenInputSchema.shape)
    .meta({
      scope: 'domains:write',
      summary: 'Create a token',
      description: 'Only this answer contains the secret. A token can grant only the scopes that it has.',
      errors: ['quota_exceeded'],
      rest: { method: 'POST', path: '/accounts/{account}/tokens', status: 201 },
    })
    .output(answer(NewTokenSchema))
    .mutation(
      withAccount(async ({ ctx, input, account }) => {
        await takeAuditedAct(ctx);
        return ctx.services.tokens.create(account, input, ctx.identity);
      }),
    ),

  revoke: accountProcedure({
    id: IdSchema,
    confirm: IdSchema.optional().describe(
      'The token’s id: revokes it even if it is the last that may administer.',
    ),
  })
    .meta({
      scope: 'domains:write',
      summary: 'Revoke a token',
      description: 'It is refused from the next request on.',
      errors: ['last_admin'],
      rest: { method: 'DELETE', path: '/accounts/{account}/tokens/{id}', status: 204 },
    })
    .mutation(
      withAccount(({ ctx, input, account }) =>
        ctx.services.tokens.revoke(account, input.id, input.confirm, ctx.identity),
      ),
    ),
});
