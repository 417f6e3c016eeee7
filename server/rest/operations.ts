import type { AnyTRPCRouter } from '@trpc/server';
import type { z } from 'zod';
import type { Meta, RestMeta } from '../router/meta.ts';
import { authorizedProcedure } from '../router/procedures.ts';
import type { Callable, CallableDefinition } from '../trpc/call-procedure.ts';
import { toCallable } from '../trpc/call-procedure.ts';

/** An operation of the REST API, as far as it is described. */
export interface DescribedOperation {
  /** Its name: a procedure's path in the router, such as `domains.get`. */
  readonly procedure: string;
  readonly meta: Meta & { readonly rest: RestMeta };
  readonly input: z.ZodObject | null;
  /** Null where nothing is answered. */
  readonly output: z.ZodType | null;
  readonly pathParameters: readonly string[];
  /** Whether the input's other fields travel in a body; in the query otherwise. */
  readonly takesBody: boolean;
}

/** A procedure as REST offers it. */
export type RestOperation = DescribedOperation & Callable;

export type ProcedureType = 'query' | 'mutation' | 'subscription';

/** What tRPC keeps of a procedure at run time. It is not typed there: this is the one place that relies on it. */
interface ProcedureDefinition extends CallableDefinition {
  readonly type: ProcedureType;
  readonly meta?: Meta;
  readonly output?: { readonly schema: z.ZodType };
}

/** Walks the router: every procedure that declares a place in REST, in the router's order. */
export function listOperations(router: AnyTRPCRouter): RestOperation[] {
  const [guard] = definitionOf(authorizedProcedure).middlewares;
  return Object.entries(router._def.procedures).flatMap(([procedure, built]) => {
    const definition = definitionOf(built);
    const { meta } = definition;
    if (meta?.rest === undefined) return [];
    return [
      {
        procedure,
        meta: { ...meta, rest: meta.rest },
        output: definition.output?.schema ?? null,
        ...toCallable(procedure, definition, guard),
        ...placeOf(meta.rest),
      },
    ];
  });
}

/** Where the fields of an operation's input travel. */
export function placeOf({
  path,
  method,
}: RestMeta): Pick<DescribedOperation, 'pathParameters' | 'takesBody'> {
  return {
    pathParameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
    takesBody: ['POST', 'PUT', 'PATCH'].includes(method),
  };
}

/** A procedure as tRPC offers it. */
export interface TrpcOperation {
  readonly type: ProcedureType;
  readonly scope: Meta['scope'];
  readonly maxBodyBytes: number | undefined;
  readonly callable: Callable;
}

/** Walks the router: every procedure, by its path. */
export function listProcedures(router: AnyTRPCRouter): ReadonlyMap<string, TrpcOperation> {
  const [guard] = definitionOf(authorizedProcedure).middlewares;
  const procedures = Object.entries(router._def.procedures).map(([path, built]) => {
    const definition = definitionOf(built);
    const { type, meta } = definition;
    if (meta === undefined) throw new Error(`${path} declares no scope.`);
    const { scope, maxBodyBytes } = meta;
    return [path, { type, scope, maxBodyBytes, callable: toCallable(path, definition, guard) }] as const;
  });
  return new Map(procedures);
}

/** What tRPC has made of a procedure, or of what procedures are built from. */
export function definitionOf(procedure: unknown): ProcedureDefinition {
  // See ProcedureDefinition.
  return (procedure as { _def: ProcedureDefinition })._def;
}
