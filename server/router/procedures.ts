import { IdSchema } from '@letterhead/shared';
import { z } from 'zod';
import type { Identity } from '../auth/identity.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { Context } from './context.ts';
import { toTrpcError } from './errors.ts';
import { t } from './trpc.ts';

/** The inputs that REST carries in its path. */
const AccountInput = z.object({ account: IdSchema });
const DomainInput = AccountInput.extend({ id: IdSchema });

/**
 * Authenticates the caller (`unauthenticated`) and authorizes it for the account that the input names, if any
 * (`forbidden`), before the input is parsed. Every procedure begins with this middleware and has no other: REST, which
 * admits the caller before it reads a body, calls the resolver itself.
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

/** The account that a raw input names; null if there is none, or it is not a number, which the schema refuses. */
export function namedAccount(input: unknown): number | null {
  if (typeof input !== 'object' || input === null || !('account' in input)) return null;
  return typeof input.account === 'number' ? input.account : null;
}

/** A procedure whose input names an account, and has the fields of `shape`. */
export function accountProcedure<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return authorizedProcedure.input(AccountInput.extend(shape));
}

/** A procedure whose input names a domain of an account, and has the fields of `shape`. */
export function domainProcedure<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return authorizedProcedure.input(DomainInput.extend(shape));
}

export interface Call<Input> {
  readonly ctx: Context & { readonly identity: Identity };
  readonly input: Input;
}

/**
 * Passes the account to a resolver; rejects with `not_found`. A wrapper and not a middleware, because each level of
 * middleware costs every request as much as the resolver itself.
 */
export function withAccount<Input extends { account: number }, Result>(
  resolve: (call: Call<Input> & { readonly account: AccountRow }) => Result | Promise<Result>,
) {
  return async ({ ctx, input }: Call<Input>): Promise<Result> =>
    resolve({ ctx, input, account: await loadAccount(ctx, input.account) });
}

/** Passes the account and the domain, which is loaded once, to a resolver; rejects with `not_found`. */
export function withDomain<Input extends { account: number; id: number }, Result>(
  resolve: (
    call: Call<Input> & { readonly account: AccountRow; readonly domain: DomainRow },
  ) => Result | Promise<Result>,
) {
  return withAccount<Input, Result>(async ({ ctx, input, account }) =>
    resolve({ ctx, input, account, domain: await ctx.services.domains.get(account, input.id) }),
  );
}

/** Loads an account, unless it is the caller's own, which came with the token. */
export async function loadAccount(
  { identity, services }: Pick<Call<unknown>['ctx'], 'identity' | 'services'>,
  id: number,
): Promise<AccountRow> {
  return identity.account?.id === id ? identity.account : services.accounts.get(id);
}

/**
 * Counts an act with an audited event. Rejects with `rate_limited`: this rate bounds what is kept, because a newer
 * audited event never displaces an older one. Acts that take a right away are not counted.
 */
export function takeAuditedAct({ identity, services }: Call<unknown>['ctx']): Promise<void> {
  return services.limits.takeAuditedAct(identity.account?.id ?? null);
}
