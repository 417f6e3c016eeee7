import type { AnyTRPCRouter } from '@trpc/server';
import { z } from 'zod';
import type { Meta, RestMeta } from '../router/meta.ts';
import type { ProcedureLevel } from './call-procedure.ts';

/** A procedure as REST offers it. */
export interface RestOperation {
  /** The procedure's path in the router: `domains.get`. */
  readonly procedure: string;
  readonly type: 'query' | 'mutation';
  readonly meta: Meta & { readonly rest: RestMeta };
  readonly input: z.ZodObject | null;
  /** Null where nothing is answered. */
  readonly output: z.ZodType | null;
  readonly levels: readonly ProcedureLevel[];
  readonly pathParameters: readonly string[];
  /** Whether the input's other fields travel in a body; in the query otherwise. */
  readonly takesBody: boolean;
}

export type ProcedureType = 'query' | 'mutation' | 'subscription';

/** What tRPC keeps of a procedure at run time. It is not typed there: this is the one place that relies on it. */
interface ProcedureDefinition {
  readonly type: ProcedureType;
  readonly meta?: Meta;
  readonly inputs: readonly z.ZodObject[];
  readonly middlewares: readonly ProcedureLevel[];
  /** Either a schema, or a check that stands for one. */
  readonly output?: z.ZodType | { readonly schema: z.ZodType };
}

/** Walks the router: every procedure that declares a place in REST, in the router's order. */
export function listOperations(router: AnyTRPCRouter): RestOperation[] {
  return Object.entries(router._def.procedures).flatMap(([procedure, built]) => {
    // See ProcedureDefinition.
    const definition = (built as { _def: ProcedureDefinition })._def;
    const { meta, type } = definition;
    if (meta?.rest === undefined || type === 'subscription') return [];
    return [
      {
        procedure,
        type,
        meta: { ...meta, rest: meta.rest },
        input: definition.inputs.at(-1) ?? null,
        output: outputSchema(definition.output),
        levels: definition.middlewares,
        pathParameters: [...meta.rest.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
        takesBody: ['POST', 'PUT', 'PATCH'].includes(meta.rest.method),
      },
    ];
  });
}

/** What each procedure of a router is, by its path. */
export function procedureTypes(router: AnyTRPCRouter): ReadonlyMap<string, ProcedureType> {
  // See ProcedureDefinition.
  const procedures = Object.entries(router._def.procedures) as [string, { _def: ProcedureDefinition }][];
  return new Map(procedures.map(([path, { _def }]) => [path, _def.type]));
}

function outputSchema(output: ProcedureDefinition['output']): z.ZodType | null {
  if (output === undefined) return null;
  return output instanceof z.ZodType ? output : output.schema;
}
