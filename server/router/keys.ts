import { IdSchema, ImportedKeySchema, KeySchema } from '@letterhead/shared';
import { z } from 'zod';
import { DomainNameSchema } from '../domains/domain-name.ts';
import { toDomain } from '../domains/domain-view.ts';
import { warningsOf } from '../domains/import-key.ts';
import { toKey, toKeys } from '../domains/key-view.ts';
import { SelectorSchema } from '../domains/selector.ts';
import { activeKeyOf } from '../records/record-states.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import { answer } from './answer.ts';
import { accountProcedure, domainProcedure, takeAuditedAct, withAccount, withDomain } from './procedures.ts';
import { t } from './trpc.ts';

const KeyIdSchema = IdSchema.meta({ example: 1, description: 'The id of the key.' });

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

  rotate: domainProcedure({})
    .meta({
      scope: 'domains:write',
      summary: 'Rotate a domain’s key',
      description:
        'Makes a pending key, whose record is published beside the others. Signing moves to it once a check finds the record on all name servers that answer; the key before it is retiring for 7 days, in which its record has to stay.',
      errors: ['rotation_under_way'],
      rest: { method: 'POST', path: '/accounts/{account}/domains/{id}/keys', status: 201 },
    })
    .output(answer(KeySchema))
    .mutation(
      withDomain(async ({ ctx, domain }) => {
        await takeAuditedAct(ctx);
        return toKey(domain, await ctx.services.keys.rotate(domain, ctx.identity.actor));
      }),
    ),

  remove: domainProcedure({ key: KeyIdSchema })
    .meta({
      scope: 'domains:write',
      summary: 'Remove a key',
      description:
        'Cancels a rotation whose key is pending, ends the retirement of a key early, or forgets a revoked key whose record is gone.',
      errors: ['key_in_use'],
      rest: { method: 'DELETE', path: '/accounts/{account}/domains/{id}/keys/{key}', status: 204 },
    })
    .mutation(
      withDomain(({ ctx, input, domain }) => ctx.services.keys.remove(domain, input.key, ctx.identity.actor)),
    ),

  revoke: domainProcedure({ key: KeyIdSchema })
    .meta({
      scope: 'domains:write',
      summary: 'Revoke a key',
      description:
        'For a key that has leaked: it never signs again. The pending key or a new one takes the place of the active one, and signs once its record is verified. The diagnosis says what to do in the DNS at once. Can be repeated.',
      rest: { method: 'POST', path: '/accounts/{account}/domains/{id}/keys/{key}/revoke', status: 200 },
    })
    .output(answer(KeySchema))
    .mutation(
      withDomain(async ({ ctx, input, domain }) => {
        if (isUnused(domain, input.key)) await takeAuditedAct(ctx);
        return toKey(domain, await ctx.services.keys.revoke(domain, input.key, ctx.identity.actor));
      }),
    ),

  import: accountProcedure({
    domain: DomainNameSchema,
    selector: SelectorSchema,
    private_key: z
      .string()
      .describe('An RSA private key in PEM, of 1024 to 4096 bits, without a passphrase.')
      .meta({
        contentMediaType: 'application/x-pem-file',
        example: 'the text of private-key.pem',
      }),
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
          key: row && toKey(row, activeKeyOf(row)),
          bits: key.bits,
          proved: isProved,
          warnings: warningsOf(key, isProved),
        };
      }),
    ),
});

/**
 * Whether a key was never found in the DNS while it was active. Revoking such keys again and again is bounded like
 * rotating them: it needs nothing else. Revoking any other is never refused.
 */
function isUnused({ keys }: DomainRow, id: number): boolean {
  return keys.some((key) => key.id === id && key.state === 'active' && key.activated_at === null);
}
