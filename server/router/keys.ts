import { ImportedKeySchema, KeySchema } from '@letterhead/shared';
import { z } from 'zod';
import { DomainNameSchema } from '../domains/domain-name.ts';
import { toDomain } from '../domains/domain-view.ts';
import { warningsOf } from '../domains/import-key.ts';
import { toKeys } from '../domains/key-view.ts';
import { SelectorSchema } from '../domains/selector.ts';
import { answer } from './answer.ts';
import { accountProcedure, domainProcedure, withAccount, withDomain } from './procedures.ts';
import { t } from './trpc.ts';

export const keysRouter = t.router({
  list: domainProcedure({})
    .meta({
      scope: 'domains:read',
      summary: 'List a domain’s keys',
      description: 'Without their private parts.',
      rest: { method: 'GET', path: '/accounts/{account}/domains/{id}/keys', status: 200 },
    })
    .output(answer(KeySchema.array()))
    .query(withDomain(({ domain }) => toKeys(domain))),

  import: accountProcedure({
    domain: DomainNameSchema.meta({ example: 'example.org', description: 'The domain name.' }),
    selector: SelectorSchema,
    private_key: z
      .string()
      .describe('An RSA private key in PEM, of 1024 to 4096 bits, without a passphrase.')
      .meta({ example: 'the text of mail2026.private' }),
    unproved: z.boolean().default(false).describe('Takes the key without looking for it in the DNS.'),
    dry_run: z.boolean().default(false).describe('Says what would be done, and changes nothing.'),
  })
    .meta({
      scope: 'domains:write',
      summary: 'Import a key',
      description:
        'Creates a domain with the selector and the key that it has elsewhere, so that nothing in the DNS has to change. The key is looked for in the DNS first, and the domain is verified at once. Can be repeated.',
      errors: ['domain_taken', 'quota_exceeded'],
      rest: { method: 'POST', path: '/accounts/{account}/keys', status: 201 },
    })
    .output(answer(ImportedKeySchema))
    .mutation(
      withAccount(async ({ ctx, input, account }) => {
        const { domain: name, selector, private_key: privateKey, unproved, dry_run: dryRun } = input;
        const plan = { name, selector, privateKey, unproved, dryRun };
        const { outcome, row, key, isProved } = await ctx.services.domains.import(
          account,
          plan,
          ctx.identity.actor,
        );
        return {
          outcome,
          domain: row && toDomain(row),
          key: (row && toKeys(row)[0]) ?? null,
          bits: key.bits,
          proved: isProved,
          warnings: warningsOf(key, isProved),
        };
      }),
    ),
});
