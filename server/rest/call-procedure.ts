import { getTRPCErrorFromUnknown } from '@trpc/server';
import type { Context } from '../router/context.ts';
import type { Meta } from '../router/meta.ts';

/** What the levels of a procedure are called with: guard, input, output and resolver, each of which calls the next. */
interface LevelOptions {
  readonly ctx: object;
  readonly input: unknown;
  readonly meta: Meta;
  readonly path: string;
  readonly type: 'query' | 'mutation';
  readonly signal: undefined;
  readonly batchIndex: 0;
  readonly getRawInput: () => Promise<unknown>;
}

/** What a level changes for those behind it. */
interface NextOptions {
  readonly ctx?: object;
  readonly input?: unknown;
}

type LevelResult =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly error: Error };

/** One level of a procedure, as tRPC has built it. */
export type ProcedureLevel = (
  options: LevelOptions & { readonly next: (changes?: NextOptions) => Promise<LevelResult> },
) => Promise<LevelResult>;

/** The procedure to call, and what with. */
export interface ProcedureCall {
  readonly levels: readonly ProcedureLevel[];
  readonly procedure: string;
  readonly type: 'query' | 'mutation';
  readonly meta: Meta;
  readonly context: Context;
  readonly rawInput: () => unknown;
}

/**
 * Calls a procedure in this process, as `callTRPCProcedure` does, and rejects with what that would reject with.
 * tRPC's own call is built for old engines and copies every option, one property after the other, four times a level:
 * a third of a small request's time. `test/rest/call-procedure.test.ts` holds the two against each other.
 */
export async function callProcedure({
  levels,
  procedure,
  type,
  meta,
  context,
  rawInput,
}: ProcedureCall): Promise<unknown> {
  const result = await callLevel(levels, 0, {
    ctx: context,
    input: undefined,
    meta,
    path: procedure,
    type,
    signal: undefined,
    batchIndex: 0,
    getRawInput: async () => rawInput(),
  });
  if (!result.ok) throw result.error;
  return result.data;
}

async function callLevel(
  levels: readonly ProcedureLevel[],
  at: number,
  options: LevelOptions,
): Promise<LevelResult> {
  try {
    const level = levels[at];
    if (level === undefined) throw new Error('A procedure ends with its resolver.');
    return await level({
      ...options,
      next: (changes) =>
        callLevel(levels, at + 1, changes === undefined ? options : changed(options, changes)),
    });
  } catch (cause) {
    return { ok: false, error: getTRPCErrorFromUnknown(cause) };
  }
}

function changed(options: LevelOptions, changes: NextOptions): LevelOptions {
  return {
    ...options,
    ctx: changes.ctx === undefined ? options.ctx : { ...options.ctx, ...changes.ctx },
    input: 'input' in changes ? changes.input : options.input,
  };
}
