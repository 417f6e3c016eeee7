import { LetterheadError } from '@letterhead/shared';
import { callTRPCProcedure, TRPCError } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Identity } from '../../server/auth/identity.ts';
import { callProcedure } from '../../server/rest/call-procedure.ts';
import { listOperations } from '../../server/rest/operations.ts';
import type { Context } from '../../server/router/context.ts';
import { t } from '../../server/router/trpc.ts';

const place = (path: `/${string}`) =>
  ({ scope: null, summary: 'For a test', rest: { method: 'GET', path, status: 200 } }) as const;

/** Levels of every kind: context added by two, input by one, an output that is cut, and every way to fail. */
const router = t.router({
  adds: t.procedure
    .meta(place('/adds'))
    .use(({ next }) => next({ ctx: { first: 1 } }))
    .input(z.object({ number: z.number() }))
    .use(({ ctx, next }) => next({ ctx: { second: ctx.first + 1 } }))
    .output(z.object({ sum: z.number() }))
    .query(({ ctx, input, path }) => ({ sum: input.number + ctx.second, path })),
  refuses: t.procedure.meta(place('/refuses')).query(() => {
    throw new LetterheadError('forbidden', 'No.');
  }),
  breaks: t.procedure.meta(place('/breaks')).mutation(() => {
    throw new TypeError('Broken.');
  }),
  lies: t.procedure
    .meta(place('/lies'))
    .output(z.object({ sum: z.number() }))
    // What it says is not what it answers, which the types would not let pass.
    .query(() => JSON.parse('{"sum": "one"}')),
  turns: t.procedure
    .meta(place('/turns'))
    .use(async ({ next }) => {
      const result = await next();
      return result.ok
        ? result
        : { ...result, error: new TRPCError({ code: 'CONFLICT', cause: result.error }) };
    })
    .query(() => {
      throw new Error('Inside.');
    }),
});

const identity: Identity = {
  actor: { kind: 'cli', token_id: null, address: null },
  scopes: [],
  token: null,
  account: null,
};

/** The procedures above look at nothing in it. */
const context = { caller: { admit: async () => identity }, services: {} } as unknown as Context;

async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { data: await call };
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    return { code: error.code, message: error.message, cause: error.cause?.constructor.name };
  }
}

test.each(
  listOperations(router).flatMap((operation) =>
    [{ number: 40 }, { number: 'forty' }, undefined].map((input) => ({ operation, input })),
  ),
)('$operation.procedure of $input comes to what tRPC’s own call comes to', async ({ operation, input }) => {
  const ours = callProcedure({ ...operation, context, rawInput: () => input });
  const theirs = callTRPCProcedure({
    router,
    path: operation.procedure,
    type: operation.type,
    ctx: context,
    getRawInput: async () => input,
    signal: undefined,
    batchIndex: 0,
  });
  expect(await outcomeOf(ours)).toEqual(await outcomeOf(theirs));
});
