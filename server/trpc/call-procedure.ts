import type { z } from 'zod';
import type { Identity } from '../auth/identity.ts';
import type { Context } from '../router/context.ts';
import { invalidInput } from '../router/errors.ts';

/** What a procedure does once its caller is admitted and its input is parsed. */
export type Resolver = (call: {
  readonly ctx: Context & { readonly identity: Identity };
  readonly input: unknown;
}) => unknown;

/** What tRPC keeps of a procedure at run time, as far as it is needed to call it. */
export interface CallableDefinition {
  readonly inputs: readonly z.ZodObject[];
  readonly middlewares: readonly { readonly _type?: 'input' | 'output' | 'errors' }[];
  readonly resolver: Resolver;
}

/** A procedure that is ready to be called. */
export interface Callable {
  readonly input: z.ZodObject | null;
  readonly resolve: Resolver;
}

/**
 * What is left to call of a procedure: its input's schema and its resolver. `guard`: the middleware that admits the
 * caller. Throws where the procedure has more to it, which would be passed over.
 */
export function toCallable(procedure: string, definition: CallableDefinition, guard: unknown): Callable {
  const [first, ...others] = definition.middlewares;
  const own = others.slice(0, -1).filter(({ _type }) => _type !== 'input' && _type !== 'output');
  if (first !== guard || own.length > 0 || definition.inputs.length > 1)
    throw new Error(`${procedure} is not built from the guard, one input, one output and a resolver alone.`);
  return { input: definition.inputs[0] ?? null, resolve: definition.resolver };
}

/**
 * Calls a procedure in this process for a caller who has been admitted. Rejects with `invalid` where the input does not
 * fit its schema, and with what the resolver rejects with. `callTRPCProcedure` comes to the same (`test/trpc/` holds the
 * two against each other), but is built for old engines and copies its options at every middleware: with it, a GET of
 * one domain takes a fifth more of the server's time.
 */
export async function callProcedure(
  { input, resolve }: Callable,
  ctx: Context & { readonly identity: Identity },
  rawInput: unknown,
): Promise<unknown> {
  if (input === null) return resolve({ ctx, input: undefined });
  const parsed = input.safeParse(rawInput);
  if (!parsed.success) throw invalidInput(parsed.error);
  return resolve({ ctx, input: parsed.data });
}
