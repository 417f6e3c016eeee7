import type { AnyTRPCRouter } from '@trpc/server';
import type { z } from 'zod';
import type { Meta, RestMeta } from '../router/meta.ts';
import type { Callable } from '../trpc/call-procedure.ts';
import { listProcedures } from '../trpc/procedures.ts';

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

/** Walks the router: every procedure that declares a place in REST, in the router's order. */
export function listOperations(router: AnyTRPCRouter): RestOperation[] {
  return [...listProcedures(router)].flatMap(([procedure, { meta, output, callable }]) => {
    const { rest } = meta;
    if (rest === undefined) return [];
    return [{ procedure, meta: { ...meta, rest }, output, ...callable, ...placeOf(rest) }];
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
