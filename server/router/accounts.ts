import { AccountNameSchema, AccountSchema } from '@letterhead/shared';
import { z } from 'zod';
import { toAccount } from '../auth/accounts.ts';
import { answer, listViews } from './answer.ts';
import { accountProcedure, authorizedProcedure, takeAuditedAct, withAccount } from './procedures.ts';
import { t } from './trpc.ts';

const accountOutput = answer(AccountSchema);

export const accountsRouter = t.router({
  list: authorizedProcedure
    .meta({
      scope: 'admin',
      summary: 'List accounts',
      rest: { method: 'GET', path: '/accounts', status: 200 },
    })
    .output(answer(AccountSchema.array()))
    .query(async ({ ctx }) => listViews(ctx.turns, await ctx.services.accounts.list(), toAccount)),

  create: authorizedProcedure
    .input(z.object({ name: AccountNameSchema }))
    .meta({
      scope: 'admin',
      summary: 'Create an account',
      rest: { method: 'POST', path: '/accounts', status: 201 },
    })
    .output(accountOutput)
    .mutation(async ({ ctx, input }) => {
      await takeAuditedAct(ctx);
      return toAccount(await ctx.services.accounts.create(input.name, ctx.identity.actor));
    }),

  get: accountProcedure({})
    .meta({
      scope: 'admin',
      summary: 'Retrieve an account',
      rest: { method: 'GET', path: '/accounts/{account}', status: 200 },
    })
    .output(accountOutput)
    .query(withAccount(({ account }) => toAccount(account))),

  update: accountProcedure({
    name: AccountNameSchema.optional(),
    suspended: z
      .boolean()
      .optional()
      .describe('While true, its tokens are refused and its domains are not checked.'),
  })
    .meta({
      scope: 'admin',
      summary: 'Rename, suspend or resume an account',
      description: 'What is not given stays as it is.',
      rest: { method: 'PATCH', path: '/accounts/{account}', status: 200 },
    })
    .output(accountOutput)
    .mutation(
      withAccount(async ({ ctx, input: { name, suspended }, account }) => {
        await takeAuditedAct(ctx);
        return toAccount(
          await ctx.services.accounts.update(account, { name, suspended }, ctx.identity.actor),
        );
      }),
    ),

  delete: accountProcedure({})
    .meta({
      scope: 'admin',
      summary: 'Delete an account',
      description: 'With all its domains, keys, tokens and events.',
      rest: { method: 'DELETE', path: '/accounts/{account}', status: 204 },
    })
    .mutation(
      withAccount(async ({ ctx, account }) => {
        const { actor, account: own } = ctx.identity;
        await ctx.services.accounts.delete(account, actor, own?.id ?? null);
      }),
    ),
});
