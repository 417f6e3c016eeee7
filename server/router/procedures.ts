import { IdSchema } from '@letterhead/shared';
import { z } from 'zod';
import type { Identity } from '../auth/identity.ts';
import { noSuchDomain } from '../domains/domains.ts';
import type { AccountRow, DomainRow } from '../store/store.ts';
import type { Context } from './context.ts';
import { toTrpcError } from './errors.ts';
import { t } from './trpc.ts';

/** The inputs that REST carries in its path. */
const AccountInput = z.object({ account: IdSchema });
const DomainInput = AccountInput.extend({ id: IdSchema });

/**
 * Guarantees that the caller is known (`unauthenticated`), and may do this to the account that the input names, if it
 * names one (`forbidden`), both before the input is held against its schema. Every procedure begins here, and has no
 * other middleware of its own: REST, which has admitted the caller before it reads a body, calls the resolver itself.
 */
export const authorizedProcedure = t.procedure.use(async ({ ctx, meta, path, type, getRawInput, next }) => {
  if (meta === undefined) throw new Error('A procedure without meta declares no scope.');
  const call = async () => {
    const identity = await ctx.caller.admit(meta.scope, async () => namedAccount(await getRawInput()));
    if (ctx.turns !== undefined) ctx.turns.account = identity.account?.id ?? null;
    ctx.batch?.admit(path);
    const result = await next({ ctx: { identity } });
    if (!result.ok) return { ...result, error: toTrpcError(result.error) };
    await ctx.prepare?.(result.data);
    await ctx.batch?.spend(result.data);
    return result;
  };
  try {
    return ctx.batch === undefined ? await call() : await ctx.batch.run(type, call);
  } catch (error) {
    throw toTrpcError(error);
  }
});

/** The account that a raw input is about; what is not a number is left for the schema to refuse. */
export function namedAccount(input: unknown): number | null {
  if (typeof input !== 'object' || input === null || !('account' in input)) return null;
  return typeof input.account === 'number' ? input.account : null;
}

/** A procedure about an account, and whatever else is in `shape`. */
export function accountProcedure<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return authorizedProcedure.input(AccountInput.extend(shape));
}

/** A procedure about a domain of an account, and whatever else is in `shape`. */
export function domainProcedure<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return authorizedProcedure.input(DomainInput.extend(shape));
}

/** What a resolver behind the guard is called with. */
export interface Call<Input> {
  readonly ctx: Context & { readonly identity: Identity };
  readonly input: Input;
}

/**
 * Guarantees a resolver its account: one that exists (`not_found`), and that the guard has let the caller reach.
 * A wrapper and not a middleware, for each level of those costs every request as much as the resolver itself.
 */
export function withAccount<Input extends { account: number }, Result>(
  resolve: (call: Call<Input> & { readonly account: AccountRow }) => Result | Promise<Result>,
) {
  return async ({ ctx, input }: Call<Input>): Promise<Result> =>
    resolve({ ctx, input, account: await loadAccount(ctx, input.account) });
}

/** Guarantees a resolver its domain (`not_found`), which is loaded once, and the account that it is of. */
export function withDomain<Input extends { account: number; id: number }, Result>(
  resolve: (
    call: Call<Input> & { readonly account: AccountRow; readonly domain: DomainRow },
  ) => Result | Promise<Result>,
) {
  return withAccount<Input, Result>(async ({ ctx, input, account }) => {
    const domain = await ctx.services.domains.get(account, input.id);
    if (domain === undefined) throw noSuchDomain(account, input.id);
    return resolve({ ctx, input, account, domain });
  });
}

/** The account, as the caller's token has brought it where it is their own. */
export async function loadAccount(
  { identity, services }: Call<unknown>['ctx'],
  id: number,
): Promise<AccountRow> {
  return identity.account?.id === id ? identity.account : services.accounts.get(id);
}

/**
 * Counts an act whose event is kept for long. Rejects with `rate_limited`: it is their number that bounds what is kept,
 * and no newer event ever takes the place of an older one. What takes a right away is not counted.
 */
export function takeAuditedAct({ identity, services }: Call<unknown>['ctx']): Promise<void> {
  return services.limits.takeAuditedAct(identity.account?.id ?? null);
}
