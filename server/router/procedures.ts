import { IdSchema } from '@letterhead/shared';
import { z } from 'zod';
import { noSuchDomain } from '../domains/domains.ts';
import { toTrpcError } from './refusals.ts';
import { t } from './trpc.ts';

/** The inputs that REST carries in its path. */
const AccountInput = z.object({ account: IdSchema });
export const DomainInput = AccountInput.extend({ id: IdSchema });

/**
 * Guarantees that the caller is known (`unauthenticated`), and may do this to the account that the input names, if it
 * names one (`forbidden`), both before the input is held against its schema. Every procedure begins here.
 */
export const authorizedProcedure = t.procedure.use(async ({ ctx, meta, getRawInput, next }) => {
  if (meta === undefined) throw new Error('A procedure without meta declares no scope.');
  try {
    const identity =
      ctx.admitted ?? (await ctx.caller.admit(meta.scope, async () => namedAccount(await getRawInput())));
    const result = await next({ ctx: { identity } });
    return result.ok ? result : { ...result, error: toTrpcError(result.error) };
  } catch (error) {
    throw toTrpcError(error);
  }
});

/** The account that a raw input is about; what is not a number is left for the schema to refuse. */
function namedAccount(input: unknown): number | null {
  if (typeof input !== 'object' || input === null || !('account' in input)) return null;
  return typeof input.account === 'number' ? input.account : null;
}

/** Guarantees `ctx.account`, one that exists and that the caller may reach. */
export function accountProcedure<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return authorizedProcedure.input(AccountInput.extend(shape)).use(async ({ ctx, input, next }) => {
    // The shape is generic here, and the account is in it by the line above.
    const { account: id } = input as z.infer<typeof AccountInput>;
    const own = ctx.identity.account;
    const account = own?.id === id ? own : await ctx.services.accounts.get(id);
    return next({ ctx: { account } });
  });
}

/** Guarantees `ctx.domain`, one of `ctx.account`. */
export function domainProcedure<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return accountProcedure({ id: IdSchema, ...shape }).use(async ({ ctx, input, next }) => {
    const { id } = input as z.infer<typeof DomainInput>;
    const domain = await ctx.services.domains.get(ctx.account, id);
    if (domain === undefined) throw noSuchDomain(ctx.account, id);
    return next({ ctx: { domain } });
  });
}
