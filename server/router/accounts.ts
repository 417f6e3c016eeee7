import {
  AccountNameSchema,
  AccountSchema,
  ContactEmailSchema,
  DisplayNameSchema,
  IdSchema,
  LogoSchema,
  NoticeAddressSchema,
  NotifySchema,
} from '@letterhead/shared';
import { z } from 'zod';
import { toAccount, toNoticeAddress } from '../auth/accounts.ts';
import { LOGO_LIMITS } from '../limits.ts';
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
    .input(
      z.object({
        name: AccountNameSchema,
        display_name: DisplayNameSchema.default(null),
        contact_email: ContactEmailSchema.default(null),
        notify: NotifySchema.default([]),
      }),
    )
    .meta({
      scope: 'admin',
      summary: 'Create an account',
      description: 'Its logo is set by changing it.',
      rest: { method: 'POST', path: '/accounts', status: 201 },
    })
    .output(accountOutput)
    .mutation(async ({ ctx, input }) => {
      await takeAuditedAct(ctx);
      return toAccount(await ctx.services.accounts.create(input, ctx.identity.actor));
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
    display_name: DisplayNameSchema.optional(),
    contact_email: ContactEmailSchema.optional(),
    logo: LogoSchema.optional(),
    notify: NotifySchema.optional(),
    suspended: AccountSchema.shape.suspended.optional(),
  })
    .meta({
      scope: 'admin',
      summary: 'Change, suspend or resume an account',
      description: 'What is not given stays as it is.',
      maxBodyBytes: LOGO_LIMITS.bodyBytes,
      rest: { method: 'PATCH', path: '/accounts/{account}', status: 200 },
    })
    .output(accountOutput)
    .mutation(
      withAccount(async ({ ctx, input: { account: _, ...change }, account }) => {
        await takeAuditedAct(ctx);
        return toAccount(await ctx.services.accounts.update(account, change, ctx.identity.actor));
      }),
    ),

  notices: accountProcedure({})
    .meta({
      scope: 'admin',
      summary: 'Retrieve how an account’s notices fare',
      description: 'Which of its addresses are refused by their mail servers.',
      rest: { method: 'GET', path: '/accounts/{account}/notices', status: 200 },
    })
    .output(answer(NoticeAddressSchema.array()))
    .query(withAccount(({ account }) => account.notify.map(toNoticeAddress))),

  delete: accountProcedure({
    confirm: IdSchema.optional().describe(
      'The account’s id: deletes it even if its tokens are the last that may administer.',
    ),
  })
    .meta({
      scope: 'admin',
      summary: 'Delete an account',
      description: 'With all its domains, keys, tokens and events.',
      errors: ['last_admin'],
      rest: { method: 'DELETE', path: '/accounts/{account}', status: 204 },
    })
    .mutation(
      withAccount(({ ctx, input, account }) =>
        ctx.services.accounts.delete(account, input.confirm, ctx.identity),
      ),
    ),
});
