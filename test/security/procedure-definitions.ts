import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import type { Meta } from '../../server/router/meta.ts';

/** Run-time definition of a procedure. */
export interface ProcedureDefinition {
  readonly path: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Undefined if it was forgotten. */
  readonly meta: Meta | undefined;
  readonly input: z.ZodObject | undefined;
}

/** Lists all procedures of a router, declared correctly or not. */
export function listProcedures(router: { _def: { procedures: object } }): ProcedureDefinition[] {
  return Object.entries(router._def.procedures).map(([path, built]) => {
    // tRPC does not type these properties.
    const { type, meta, inputs } = (
      built as { _def: Pick<ProcedureDefinition, 'type' | 'meta'> & { inputs: z.ZodObject[] } }
    )._def;
    return { path, type, meta, input: inputs.at(-1) };
  });
}

/** No document has a private key as its example. */
const SAMPLE_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** Values of all required fields of an input: their examples, or else any value of their type. */
export function sampleInput(input: z.ZodObject | undefined): Record<string, unknown> {
  if (input === undefined) return {};
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const properties = Object.entries(schema.properties ?? {});
  const example =
    schema.properties?.['private_key'] === undefined ? {} : { private_key: SAMPLE_KEY, unproved: true };
  return Object.assign(
    Object.fromEntries(
      properties
        .filter(([name]) => schema.required?.includes(name))
        .map(([name, field]) => [name, sample(field)]),
    ),
    example,
  );
}

function sample(field: z.core.JSONSchema._JSONSchema): unknown {
  if (typeof field === 'boolean') return null;
  if (field['example'] !== undefined) return field['example'];
  switch (field.type) {
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    default:
      return 'text';
  }
}
