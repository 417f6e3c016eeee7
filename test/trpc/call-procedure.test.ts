import { LetterheadError } from '@letterhead/shared';
import { callTRPCProcedure } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Identity } from '../../server/auth/identity.ts';
import { answer } from '../../server/router/answer.ts';
import type { Context } from '../../server/router/context.ts';
import { toApiError } from '../../server/router/errors.ts';
import { authorizedProcedure } from '../../server/router/procedures.ts';
import { t } from '../../server/router/trpc.ts';
import { callProcedure, toCallable } from '../../server/trpc/call-procedure.ts';
import { definitionOf } from '../../server/trpc/procedures.ts';

const [guard] = definitionOf(authorizedProcedure).middlewares;

const meta = { scope: null, summary: 'For a test' } as const;

/** Procedures that succeed and fail in every way. */
const router = t.router({
  adds: authorizedProcedure
    .meta(meta)
    .input(z.object({ number: z.number().default(1) }))
    .output(answer(z.object({ sum: z.number() })))
    .query(({ ctx, input }) => ({ sum: input.number + ctx.identity.scopes.length })),
  takesNothing: authorizedProcedure.meta(meta).query(({ input }) => ({ input })),
  refuses: authorizedProcedure.meta(meta).query(() => {
    throw new LetterheadError('forbidden', 'No.');
  }),
  breaks: authorizedProcedure.meta(meta).mutation(async () => {
    throw new TypeError('Broken.');
  }),
  misreads: authorizedProcedure.meta(meta).query(() => z.string().parse(1)),
});

const identity: Identity = {
  actor: { kind: 'cli', token_id: null, address: null },
  scopes: ['admin'],
  token: null,
  account: null,
};

/** The procedures above look at nothing else in it. */
const context = { caller: { admit: async () => identity }, services: {} } as unknown as Context;

async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { data: await call };
  } catch (error) {
    const { code, message, errors } = toApiError(error);
    return { code, message, errors };
  }
}

test.each(
  Object.entries(router._def.procedures).flatMap(([path, procedure]) =>
    [{ number: 40 }, { number: 'forty' }, {}, undefined].map((input) => ({ path, procedure, input })),
  ),
)('$path of $input comes to what tRPC’s own call comes to', async ({ path, procedure, input }) => {
  const callable = toCallable(path, definitionOf(procedure), guard);
  const ours = callProcedure(callable, { ...context, identity }, input);
  const theirs = callTRPCProcedure({
    router,
    path,
    type: procedure._def.type,
    ctx: context,
    getRawInput: async () => input,
    signal: undefined,
    batchIndex: 0,
  });
  expect(await outcomeOf(ours)).toEqual(await outcomeOf(theirs));
});

test.each([
  ['no guard', t.procedure.meta(meta).query(() => 1)],
  [
    'a middleware of its own',
    authorizedProcedure
      .meta(meta)
      .use(({ next }) => next())
      .query(() => 1),
  ],
  [
    'two inputs',
    authorizedProcedure
      .meta(meta)
      .input(z.object({ a: z.string() }))
      .input(z.object({ b: z.string() }))
      .query(() => 1),
  ],
])('a procedure with %s stops the start, for REST would pass over it', (_what, procedure) => {
  expect(() => toCallable('it', definitionOf(procedure), guard)).toThrow('it is not built from');
});
