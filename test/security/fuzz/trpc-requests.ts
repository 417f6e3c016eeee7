import fc from 'fast-check';
import { z } from 'zod';
import { appRouter } from '../../../server/router/index.ts';
import type { HttpRequest } from '../http-request.ts';
import type { ProcedureDefinition } from '../procedure-definitions.ts';
import { listProcedures } from '../procedure-definitions.ts';
import type { Caller, Ids } from './fuzz-fixture.ts';
import { callers } from './fuzz-fixture.ts';
import type { JsonSchema } from './json-values.ts';
import { anyJson, anyText, deepJson, POISONED_NAMES, schemaValue } from './json-values.ts';

/** A request for procedures, or for something near them. */
export interface TrpcRequest {
  readonly method: string;
  readonly procedures: readonly string[];
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly caller: Caller;
  /** The input, with placeholders for ids; sent in the query if the method has no body. */
  input(ids: Ids): string;
}

const procedures = listProcedures(appRouter);

/** Requests for every procedure, alone and together, with inputs of every kind that superjson can announce. */
export const trpcRequests: fc.Arbitrary<TrpcRequest> = mostly(
  fc.array(call(), { minLength: 1, maxLength: 3 }),
  // The limit is 100 calls.
  fc.array(call(), { minLength: 4, maxLength: 110, size: 'max' }),
).chain((calls) => {
  const isBatch = calls.length > 1;
  const isMutation = calls[0]?.type === 'mutation';
  return fc
    .record({
      method: mostly(
        fc.constant(isMutation ? 'POST' : 'GET'),
        fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS'),
      ),
      batch: mostly(
        fc.constant(isBatch ? 'batch=1&' : ''),
        fc.constantFrom('batch=1&', 'batch=0&', 'batch=1&batch=2&', 'batch[]=1&'),
      ),
      more: mostly(
        fc.constant(''),
        fc.constantFrom(
          'connectionParams=1',
          'connectionParams={"a":"b"}',
          'connectionParams=%7B',
          'lastEventId=x',
          'lastEventId=1e99',
          '__proto__=1',
        ),
      ),
      headers: mostly(fc.constant({}), oddHeaders),
      type: mostly(
        fc.constant('application/json'),
        fc.constantFrom(
          'text/plain',
          'multipart/form-data; boundary=x',
          'application/octet-stream',
          'application/json; charset=x',
        ),
      ),
      caller: callers,
      // Which of a batch's inputs are left out.
      gap: mostly(fc.constant(0), fc.constantFrom(2, 3, 7)),
      broken: mostly(
        fc.constant(null),
        fc.oneof(
          fc.constantFrom(
            '',
            '{',
            'null',
            '[]',
            '"x"',
            '1',
            '{"json":',
            '{"0":1}',
            '{"0":{"json":{}},"x":1}',
          ),
          deepJson,
          anyJson.map((value) => JSON.stringify(value) ?? ''),
        ),
      ),
    })
    .map(({ method, batch, more, headers, type, caller, gap, broken }) => ({
      method,
      procedures: calls.map(({ path }) => path),
      query: `?${batch}${more}`,
      headers: { ...headers, ...(method === 'GET' || method === 'HEAD' ? {} : { 'content-type': type }) },
      caller,
      input(ids: Ids) {
        if (broken !== null) return broken;
        const inputs = calls.map((one) => one.input(ids));
        const given = inputs.map((one, at) => ((at + 1) % gap === 0 ? undefined : one));
        return JSON.stringify(isBatch ? { ...given } : inputs[0]);
      },
    }));
});

/** A stream is open; where it is refused, it says why in the same breath. */
const OPEN = /^event: connected$/m;

/** The HTTP request, without its token. */
export function toHttp({ method, procedures, query, headers, input }: TrpcRequest, ids: Ids): HttpRequest {
  const text = input(ids);
  const inQuery = method === 'GET' || method === 'HEAD';
  const inputs = inQuery ? `&input=${encodeURIComponent(text.toWellFormed())}`.slice(0, 12_000) : '';
  return {
    method,
    path: `/trpc/${procedures.join(',')}${query}${inputs}`,
    headers,
    body: inQuery ? undefined : text,
    until: OPEN,
  };
}

interface Call {
  readonly path: string;
  readonly type: ProcedureDefinition['type'];
  input(ids: Ids): unknown;
}

function call(): fc.Arbitrary<Call> {
  return fc.constantFrom(...procedures).chain(({ path, type, input }) =>
    fc
      .record({
        path: mostly(fc.constant(path), pathNear(path)),
        json: mostly(valuesFor(input), anyJson),
        meta: mostly(fc.constant(undefined), anyMeta(Object.keys(input?.shape ?? {}))),
      })
      .map((made) => ({
        path: made.path,
        type,
        input: (ids: Ids) => ({
          json: withIds(made.json, path, ids),
          ...(made.meta === undefined ? {} : { meta: made.meta }),
        }),
      })),
  );
}

function valuesFor(input: z.ZodObject | undefined): fc.Arbitrary<unknown> {
  if (input === undefined) return fc.constant(undefined);
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  // zod writes the same JSON Schema that the OpenAPI document is made of.
  return schemaValue(schema as JsonSchema, () => ({}));
}

/** Replaces numbers in the place of ids with existing ids; never account 1, whose token the requests use. */
function withIds(json: unknown, path: string, ids: Ids): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const known: Record<string, number> = { ...ids, id: path.startsWith('tokens.') ? ids.token : ids.id };
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      typeof value === 'number' ? (known[name] ?? value) : value,
    ]),
  );
}

function pathNear(path: string): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      ...POISONED_NAMES,
      '',
      '.',
      ',',
      ',,',
      path.split('.')[0] ?? '',
      `${path}.`,
      `.${path}`,
      `${path}.constructor`,
      path.toUpperCase(),
      path.replace('.', '%2E'),
      path.replace('.', '/'),
      `${path},`,
      '_def',
      'domains._def.procedures',
    ),
    anyText.map((text) => encodeURIComponent(text.toWellFormed())),
  );
}

/** superjson's annotations of values: its own type names, and malicious ones. */
function anyMeta(fields: readonly string[]): fc.Arbitrary<unknown> {
  const annotation = fc.oneof(
    fc.constantFrom<unknown[]>(
      'Date',
      'undefined',
      'number',
      'bigint',
      'set',
      'map',
      'regexp',
      'URL',
      'Error',
      'x',
      null,
      1,
    ),
    fc.tuple(
      fc.constantFrom('typed-array', 'class', 'custom', 'symbol', 'x'),
      fc.constantFrom('Float64Array', 'Uint8Array', 'Object', 'constructor', '__proto__'),
    ),
  );
  const path = fc.oneof(
    fc.constantFrom(...fields, ...POISONED_NAMES, '0', 'scopes.0', 'a.b'),
    fc
      .tuple(fc.constantFrom(...POISONED_NAMES), fc.constantFrom('polluted', 'prototype.polluted', 'x'))
      .map((parts) => parts.join('.')),
  );
  const leaf = annotation.map((name) => [name]);
  const tree = fc.oneof(
    leaf,
    dictionaryOf(path, fc.oneof(leaf, fc.tuple(annotation, dictionaryOf(path, leaf)))),
    anyJson,
  );
  return fc.record(
    {
      values: tree,
      referentialEqualities: fc.oneof(
        dictionaryOf(path, fc.array(path, { maxLength: 3 })),
        fc.array(fc.array(path)),
        anyJson,
      ),
      v: fc.constantFrom(0, 1, 2, 'x'),
    },
    { requiredKeys: [] },
  );
}

function dictionaryOf<T>(
  names: fc.Arbitrary<string>,
  values: fc.Arbitrary<T>,
): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(names, values, { maxKeys: 3 });
}

const oddHeaders = fc.constantFrom<Record<string, string>[]>(
  { 'trpc-accept': 'application/jsonl' },
  { accept: 'application/jsonl' },
  { accept: 'text/event-stream' },
  { 'last-event-id': '1' },
  { 'last-event-id': '\\0' },
  { 'last-event-id': '-1' },
  { host: 'evil.example' },
  { host: 'a:b@c' },
  { 'x-trpc-source': '__proto__' },
  { 'content-encoding': 'gzip' },
);

function mostly<T>(usual: fc.Arbitrary<T>, unusual: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: unusual });
}
