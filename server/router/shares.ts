import {
  ExpirySchema,
  IdSchema,
  LetterheadError,
  NewShareSchema,
  SharedDomainSchema,
  ShareNoticeSchema,
  ShareSchema,
} from '@letterhead/shared';
import { z } from 'zod';
import { toSender } from '../auth/accounts.ts';
import { toDomain } from '../domains/domain-view.ts';
import { toKeys } from '../domains/key-view.ts';
import { toDate } from '../instant.ts';
import { ACCOUNT_LIMITS, NOTICE_LIMITS } from '../limits.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import { answer } from './answer.ts';
import type { Call } from './procedures.ts';
import { authorizedProcedure, domainProcedure, takeAuditedAct, withDomain } from './procedures.ts';
import { t } from './trpc.ts';

const sharedDomain = answer(SharedDomainSchema);

/** Share links, for callers with an account. */
export const sharesRouter = t.router({
  list: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'List a domain’s share links',
      description: 'Never with their secrets.',
      rest: { method: 'GET', path: '/accounts/{account}/domains/{id}/shares', status: 200 },
    })
    .output(answer(ShareSchema.array()))
    .query(withDomain(({ ctx, account, domain }) => ctx.services.shares.list(account, domain))),

  create: domainProcedure({
    expires_at: ExpirySchema.nullable()
      .optional()
      .describe('When it stops working: in a week by default; null for never.'),
  })
    .meta({
      scope: 'domains:write',
      summary: 'Share a domain',
      description:
        'Makes a link for a colleague without an account: this domain’s records and states, and a check of them. The secret is in this answer and nowhere else.',
      errors: ['quota_exceeded'],
      rest: { method: 'POST', path: '/accounts/{account}/domains/{id}/shares', status: 201 },
    })
    .output(answer(NewShareSchema))
    .mutation(
      withDomain(async ({ ctx, input, account, domain }) => {
        await takeAuditedAct(ctx);
        return ctx.services.shares.create(account, domain, input.expires_at, ctx.identity);
      }),
    ),

  revoke: domainProcedure({ share: IdSchema })
    .meta({
      scope: 'domains:write',
      summary: 'Revoke a share link',
      description: 'It is refused from the next request on.',
      rest: { method: 'DELETE', path: '/accounts/{account}/domains/{id}/shares/{share}', status: 204 },
    })
    .mutation(
      withDomain(({ ctx, input, account, domain }) =>
        ctx.services.shares.revoke(account, domain, input.share, ctx.identity.actor),
      ),
    ),
});

/** What the holder of a share link can do. */
export const shareRouter = t.router({
  view: authorizedProcedure
    .meta({
      scope: 'share',
      summary: 'View the shared domain',
      description: 'The domain of the share link, and its diagnosis. Asks no DNS.',
      rest: { method: 'GET', path: '/share', status: 200 },
    })
    .output(sharedDomain)
    .query(async ({ ctx }) => describeShared(ctx, await sharedBy(ctx))),

  verifyDns: authorizedProcedure
    .meta({
      scope: 'share',
      summary: 'Verify the shared domain’s DNS records',
      description: `Asks DNS now. At most ${ACCOUNT_LIMITS.checksPerDomainPerMinute} times a minute for one domain.`,
      rest: { method: 'POST', path: '/share/verify-dns', status: 200 },
    })
    .output(sharedDomain)
    .mutation(async ({ ctx }) => {
      const { account, domain } = await sharedBy(ctx);
      await ctx.services.limits.takeVerification(account.id, domain.id);
      const checked = await ctx.services.domains.verify(account, domain, {
        actor: ctx.identity.actor,
        mode: 'share',
      });
      return describeShared(ctx, { account, domain: checked });
    }),

  notify: authorizedProcedure
    .input(z.object(ShareNoticeSchema.shape))
    .meta({
      scope: 'share',
      summary: 'Ask to be told once the shared domain is verified',
      description: `Sends a mail with a link to confirm the address, which works for a day; confirmed, it gets one mail. At most ${NOTICE_LIMITS.confirmationsPerLink} for a link, and one a day to an address.`,
      errors: ['quota_exceeded'],
      rest: { method: 'POST', path: '/share/notices', status: 200 },
    })
    .output(answer(ShareNoticeSchema))
    .mutation(async ({ ctx, input }) => {
      const { account, domain } = await sharedBy(ctx);
      await ctx.services.subscriptions.ask({ account, domain, link: ctx.identity.token, ...input });
      return input;
    }),
});

interface Shared {
  readonly account: AccountRow;
  readonly domain: DomainRow;
}

async function sharedBy({ identity, services }: Call<unknown>['ctx']): Promise<Shared> {
  const { account, token } = identity;
  if (account === null || token === null || token.domain_id === null) {
    throw new LetterheadError('forbidden', 'This is for share links: use the token of one.');
  }
  return { account, domain: await services.domains.get(account, token.domain_id) };
}

async function describeShared({ identity, services }: Call<unknown>['ctx'], { account, domain }: Shared) {
  return {
    account: toSender(account),
    domain: toDomain(domain),
    keys: toKeys(domain),
    diagnosis: await services.domains.diagnosis(account, domain),
    expires_at: toDate(identity.token?.expires_at ?? null),
    can_notify: services.subscriptions.areOffered,
  };
}
