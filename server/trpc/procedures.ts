import type { AnyTRPCRouter } from '@trpc/server';
import type { z } from 'zod';
import type { Meta } from '../router/meta.ts';
import { authorizedProcedure } from '../router/procedures.ts';
import type { Callable, CallableDefinition } from './call-procedure.ts';
import { toCallable } from './call-procedure.ts';

export type ProcedureType = 'query' | 'mutation' | 'subscription';

/** What tRPC keeps of a procedure at run time. It is not typed there: this is the one place that relies on it. */
interface ProcedureDefinition extends CallableDefinition {
  readonly type: ProcedureType;
  readonly meta?: Meta;
  readonly output?: { readonly schema: z.ZodType };
}

/** A procedure as the routes of REST and tRPC are made from it. */
export interface Procedure {
  readonly type: ProcedureType;
  readonly meta: Meta;
  /** Null where nothing is answered. */
  readonly output: z.ZodType | null;
  readonly callable: Callable;
}

/** Walks the router: every procedure by its path, in the router's order. Throws where one declares no scope. */
export function listProcedures(router: AnyTRPCRouter): ReadonlyMap<string, Procedure> {
  const [guard] = definitionOf(authorizedProcedure).middlewares;
  const procedures = Object.entries(router._def.procedures).map(([path, built]) => {
    const definition = definitionOf(built);
    const { type, meta, output } = definition;
    if (meta === undefined) throw new Error(`${path} declares no scope.`);
    const callable = toCallable(path, definition, guard);
    return [path, { type, meta, output: output?.schema ?? null, callable }] as const;
  });
  return new Map(procedures);
}

/** What tRPC has made of a procedure, or of what procedures are built from. */
export function definitionOf(procedure: unknown): ProcedureDefinition {
  // See ProcedureDefinition.
  return (procedure as { _def: ProcedureDefinition })._def;
}
