import { isId, LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../router/context.ts';
import { refuseLongLists, refuseTooManyFields } from '../router/input-limits.ts';
import { callProcedure } from './call-procedure.ts';
import type { FieldKind } from './field-kinds.ts';
import { convertFields, fieldKinds } from './field-kinds.ts';
import type { RestOperation } from './operations.ts';
import { FormBody, takeBodies } from './request-body.ts';
import { envelope } from './rest-json.ts';

export const BASE_PATH = '/api/v1';

/** What the adapter is made from. */
export interface RestSource {
  readonly operations: readonly RestOperation[];
  readonly createContext: (request: FastifyRequest) => Context;
}

/**
 * Serves every operation of the router over REST: one route an operation, which turns path, query and body into the
 * procedure's input and its answer into the envelope. It knows no rule of any procedure.
 */
export function serveRest(app: FastifyInstance, source: RestSource): void {
  takeBodies(app);
  for (const operation of source.operations) addRoute(app, source, operation);
}

/** Every path and method of the operations. */
export function restPaths(operations: readonly RestOperation[]): { path: string; method: string }[] {
  return operations.flatMap(({ meta: { rest } }) => {
    const methods = rest.method === 'GET' ? ['GET', 'HEAD'] : [rest.method];
    return methods.map((method) => ({ path: BASE_PATH + rest.path, method }));
  });
}

type RestRequest = FastifyRequest<{ Params: Record<string, string> }>;

function addRoute(app: FastifyInstance, source: RestSource, operation: RestOperation): void {
  const { rest } = operation.meta;
  const kinds = fieldKinds(operation);
  app.route<{ Params: Record<string, string> }>({
    method: rest.method,
    url: rest.path.replace(/\{(\w+)\}/g, ':$1'),
    onRequest:
      rest.method === 'GET'
        ? refuseUnknownPath(operation)
        : [refuseUnknownPath(operation), admitBeforeBody(source, operation)],
    async handler(request, reply) {
      const context = admittedContexts.get(request) ?? source.createContext(request);
      const rawInput = () => makeInput(operation, kinds, request);
      const data = await callProcedure({ ...operation, context, rawInput });
      return answer(operation, request, reply, context, data);
    },
  });
}

/** A path parameter that is not a positive integer names nothing that could ever be. */
function refuseUnknownPath(operation: RestOperation) {
  return (request: RestRequest, reply: FastifyReply, done: () => void): void => {
    if (operation.pathParameters.every((name) => isId(request.params[name] ?? ''))) done();
    else reply.callNotFound();
  };
}

/** A body is only read for those who may do what it is sent for. Where there is none, the procedure's own guard comes first anyway. */
function admitBeforeBody(source: RestSource, operation: RestOperation) {
  return async (request: RestRequest): Promise<void> => {
    forgetTypeOfNothing(request);
    const context = source.createContext(request);
    const { account } = request.params;
    admittedContexts.set(request, context);
    context.admitted = await context.caller.admit(operation.meta.scope, async () =>
      account === undefined ? null : Number(account),
    );
  };
}

/** No body is an empty object, whatever type it is said to have: some clients name one with every request. */
function forgetTypeOfNothing({ raw: { headers } }: RestRequest): void {
  const isEmpty = (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;
  if (isEmpty) delete headers['content-type'];
}

/** The contexts of requests that were let in before their body was read. */
const admittedContexts = new WeakMap<FastifyRequest, Context>();

/** What a path gets that leads nowhere. */
export function noSuchPath(): LetterheadError {
  return new LetterheadError(
    'not_found',
    'There is nothing at this path. The API is described at /reference.',
  );
}

function makeInput(
  operation: RestOperation,
  kinds: ReadonlyMap<string, FieldKind>,
  request: RestRequest,
): Record<string, unknown> {
  const input = operation.takesBody ? bodyFields(request.body, kinds) : queryFields(request.query, kinds);
  for (const name of operation.pathParameters) input[name] = Number(request.params[name]);
  return input;
}

function bodyFields(body: unknown, kinds: ReadonlyMap<string, FieldKind>): Record<string, unknown> {
  if (body instanceof FormBody) return convertFields(body.fields, kinds);
  if (typeof body !== 'object' || body === null) return {};
  const fields = Object.fromEntries(Object.entries(body).filter(([name]) => kinds.has(name)));
  refuseLongLists(fields);
  return fields;
}

function queryFields(query: unknown, kinds: ReadonlyMap<string, FieldKind>): Record<string, unknown> {
  // Fastify's query parser gives text, or a list of it where a name came more than once.
  const fields = query as Record<string, string | string[]>;
  refuseTooManyFields(Object.values(fields).flat().length);
  return convertFields(fields, kinds);
}

async function answer(
  operation: RestOperation,
  request: FastifyRequest,
  reply: FastifyReply,
  context: Context,
  data: unknown,
): Promise<FastifyReply> {
  const { status, contentType } = operation.meta.rest;
  reply.code(status);
  if (status === 204) return reply.send();
  if (contentType !== undefined) return reply.type(contentType).send(data);
  const next = context.page?.next ?? null;
  if (next !== null) reply.header('link', `<${nextPage(request.url, next)}>; rel="next"`);
  return reply.type('application/json; charset=utf-8').send(await envelope(data, context.turns));
}

/** The same request, from a later id on. */
function nextPage(url: string, after: number): string {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  searchParams.set('after', String(after));
  return `${pathname}?${searchParams}`;
}
