import {
  DelegationSchema,
  DiagnosisSchema,
  DomainSchema,
  DomainStatusSchema,
  MAX_PAGE,
} from '@letterhead/shared';
import { z } from 'zod';
import { DomainNameSchema } from '../domains/domain-name.ts';
import { toDomain } from '../domains/domain-view.ts';
import { toDelegation } from '../domains/key-view.ts';
import { SelectorSchema } from '../domains/selector.ts';
import { formatZoneFile } from '../domains/zone-file.ts';
import { ACCOUNT_LIMITS } from '../limits.ts';
import { answer, listViews } from './answer.ts';
import { accountProcedure, domainProcedure, takeAuditedAct, withAccount, withDomain } from './procedures.ts';
import { t } from './trpc.ts';

const zoneFileOutput = answer(
  z.string().meta({
    example:
      '653216321fh._domainkey.example.org.\t3600\tIN\tTXT\t( "k=rsa;p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" "MIIBCgKCAQEA..." )',
  }),
);

const domainOutput = answer(DomainSchema);

export const domainsRouter = t.router({
  create: accountProcedure({
    domain: DomainNameSchema,
    selector: SelectorSchema.optional().describe('Instead of a random one.'),
  })
    .meta({
      scope: 'domains:write',
      summary: 'Create a domain',
      description: 'Creates a key for the domain and answers with the DNS records to publish.',
      errors: ['domain_taken', 'quota_exceeded'],
      rest: { method: 'POST', path: '/accounts/{account}/domains', status: 201 },
    })
    .output(domainOutput)
    .mutation(
      withAccount(async ({ ctx, input, account }) =>
        toDomain(
          await ctx.services.domains.create(account, input.domain, ctx.identity.actor, input.selector),
        ),
      ),
    ),

  get: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'Retrieve a domain',
      rest: { method: 'GET', path: '/accounts/{account}/domains/{id}', status: 200 },
    })
    .output(domainOutput)
    .query(withDomain(({ domain }) => toDomain(domain))),

  list: accountProcedure({
    limit: z
      .int()
      .min(1)
      .max(MAX_PAGE)
      .optional()
      .meta({ example: 100, description: 'The size of a page; all domains without it.' }),
    after: z.int().min(0).optional().describe('Begin after this id.'),
    verified: z.boolean().optional().describe('Only those that are, or are not, verified.'),
    domain: DomainNameSchema.optional().describe('Only the one of exactly this name.'),
  })
    .meta({
      scope: 'domains:read',
      summary: 'List all domains',
      description:
        'Ordered by id. All of them by default; with `limit` in pages, and a `Link` header names the next.',
      rest: { method: 'GET', path: '/accounts/{account}/domains', status: 200 },
    })
    .output(answer(DomainSchema.array()))
    .query(
      withAccount(async ({ ctx, input, account }) => {
        const { limit, after, verified } = input;
        const domains = input.domain && [input.domain.name];
        const filter = { limit, after, verified, domains };
        const { rows, next } = await ctx.services.domains.list(account, filter);
        if (ctx.page !== undefined) ctx.page.next = next;
        return listViews(ctx.turns, rows, toDomain);
      }),
    ),

  update: domainProcedure({ domain: DomainNameSchema })
    .meta({
      scope: 'domains:write',
      summary: 'Update a domain',
      description:
        'With another name: creates a new key, selector and records, which have to be published again. With the same name: changes nothing.',
      errors: ['domain_taken'],
      rest: { method: 'PUT', path: '/accounts/{account}/domains/{id}', status: 200 },
    })
    .output(domainOutput)
    .mutation(
      withDomain(async ({ ctx, input, account, domain }) =>
        toDomain(await ctx.services.domains.rename(account, domain, input.domain, ctx.identity.actor)),
      ),
    ),

  delete: domainProcedure({})
    .meta({
      scope: 'domains:write',
      summary: 'Delete a domain',
      description: 'With its key. If successful, the answer is empty.',
      rest: { method: 'DELETE', path: '/accounts/{account}/domains/{id}', status: 204 },
    })
    .mutation(
      withDomain(({ ctx, account, domain }) =>
        ctx.services.domains.delete(account, domain, ctx.identity.actor),
      ),
    ),

  verifyDns: domainProcedure({})
    .meta({
      scope: 'domains:write',
      summary: 'Verify domain DNS records',
      description: `Asks DNS now and answers with the domain as it then is; as it was, where DNS gave nothing definitive. Ends within 10 seconds. At most ${ACCOUNT_LIMITS.checksPerDomainPerMinute} times a minute for one domain, and ${ACCOUNT_LIMITS.checksPerMinute} times for an account.`,
      rest: { method: 'POST', path: '/accounts/{account}/domains/{id}/verify-dns', status: 200 },
    })
    .output(domainOutput)
    .mutation(
      withDomain(async ({ ctx, account, domain }) => {
        await ctx.services.limits.takeVerification(account.id, domain.id);
        return toDomain(
          await ctx.services.domains.verify(account, domain, { actor: ctx.identity.actor, mode: 'verify' }),
        );
      }),
    ),

  statuses: accountProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'List the states of all domains',
      description:
        'Ordered by id. The status of each domain, what the last check found of its worst record, and when it was and is next checked.',
      rest: { method: 'GET', path: '/accounts/{account}/domains/statuses', status: 200 },
    })
    .output(answer(DomainStatusSchema.array()))
    .query(
      withAccount(async ({ ctx, account }) => {
        const { domains } = ctx.services;
        const { rows } = await domains.list(account, {});
        return listViews(ctx.turns, rows, (row) => domains.status(account, row));
      }),
    ),

  diagnosis: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'Diagnose a domain',
      description:
        'Why it is, or is not, verified: what the last check found, and what to enter instead. Asks no DNS.',
      rest: { method: 'GET', path: '/accounts/{account}/domains/{id}/diagnosis', status: 200 },
    })
    .output(answer(DiagnosisSchema))
    .query(withDomain(({ ctx, account, domain }) => ctx.services.domains.diagnosis(account, domain))),

  zoneFile: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'Retrieve a domain’s records as a zone file',
      description: 'With fully qualified names, so that the lines can be included in any zone file.',
      rest: {
        method: 'GET',
        path: '/accounts/{account}/domains/{id}/zone-file',
        status: 200,
        contentType: 'text/dns; charset=utf-8',
      },
    })
    .output(zoneFileOutput)
    .query(withDomain(({ domain }) => formatZoneFile(toDomain(domain)))),

  delegation: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'Show where a domain’s keys are published',
      rest: { method: 'GET', path: '/accounts/{account}/domains/{id}/delegation', status: 200 },
    })
    .output(answer(DelegationSchema))
    .query(withDomain(({ domain }) => toDelegation(domain))),

  setDelegation: domainProcedure({
    delegated: z
      .boolean()
      .describe('Whether its keys are to be in the zone of this Letterhead, behind two CNAME records.')
      .meta({ example: true }),
  })
    .meta({
      scope: 'domains:write',
      summary: 'Change where a domain’s keys are published',
      description:
        'Makes a pending key that is published in the other way, with the records for it beside the others. Signing moves to it once they are found; the old record has to stay until its key has retired, 7 days later. The present value cancels a change under way.',
      errors: ['rotation_under_way'],
      rest: { method: 'PUT', path: '/accounts/{account}/domains/{id}/delegation', status: 200 },
    })
    .output(answer(DelegationSchema))
    .mutation(
      withDomain(async ({ ctx, input, domain }) => {
        await takeAuditedAct(ctx);
        return toDelegation(
          await ctx.services.keys.setDelegation(domain, input.delegated, ctx.identity.actor),
        );
      }),
    ),
});
