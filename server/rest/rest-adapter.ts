import { isId, LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from '../auth/admission.ts';
import type { Identity } from '../auth/identity.ts';
import type { Context } from '../router/context.ts';
import { refuseLongLists, refuseTooManyFields } from '../router/input-limits.ts';
import { callProcedure } from '../trpc/call-procedure.ts';
import { envelope } from './envelope.ts';
import { convertFields, fieldKinds } from './field-kinds.ts';
import { takeMessages } from './message-body.ts';
import type { DescribedOperation, RestOperation } from './operations.ts';
import { FormBody, MessageBody, takeBodies } from './request-body.ts';

export const BASE_PATH = '/api/v1';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever was admitted to what the request asks for; null until then. */
    identity: Identity | null;
  }
}

export type AdmissionOf = (request: FastifyRequest) => Admission;

/** What the adapter is made from. */
export interface RestSource {
  readonly operations: readonly RestOperation[];
  readonly admissionOf: AdmissionOf;
  readonly contextOf: (request: FastifyRequest) => Context;
}

/**
 * Serves every operation of the router over REST: one route an operation, which turns path, query and body into the
 * procedure's input and its answer into the envelope. It contains no rule of any procedure.
 */
export function serveRest(app: FastifyInstance, source: RestSource): void {
  takeBodies(app);
  for (const operation of source.operations) {
    if (operation.meta.rest.takesMessage !== true) addProcedure(app, source, operation);
    else
      app.register(async (messages) => {
        takeMessages(messages);
        addProcedure(messages, source, operation);
      });
  }
}

/** Every path and method of the operations. */
export function restPaths(operations: readonly RestOperation[]): { path: string; method: string }[] {
  return operations.flatMap(({ meta: { rest } }) => {
    const methods = rest.method === 'GET' ? ['GET', 'HEAD'] : [rest.method];
    return methods.map((method) => ({ path: BASE_PATH + rest.path, method }));
  });
}

type RestRequest = FastifyRequest<{ Params: Record<string, string> }>;

function addProcedure(app: FastifyInstance, source: RestSource, operation: RestOperation): void {
  app.route<{ Params: Record<string, string> }>({
    ...admittedRoute(source.admissionOf, operation),
    async handler(request, reply) {
      const identity = identityOf(request);
      const context = source.contextOf(request);
      const data = await callProcedure(operation, { ...context, identity }, makeInput(operation, request));
      return answer(operation, request, reply, context, data);
    },
  });
}

/**
 * Where an operation is served, and its admission: before a body is read, for only those who may do what it is sent for
 * can make the server read it.
 */
export function admittedRoute(admissionOf: AdmissionOf, { meta, pathParameters }: DescribedOperation) {
  return {
    method: meta.rest.method,
    ...(meta.maxBodyBytes === undefined ? {} : { bodyLimit: meta.maxBodyBytes }),
    url: meta.rest.path.replace(/\{(\w+)\}/g, ':$1'),
    async onRequest(request: RestRequest, reply: FastifyReply): Promise<unknown> {
      const { params } = request;
      // A path parameter that is not a positive integer names nothing that could ever be.
      if (!pathParameters.every((name) => isId(params[name] ?? ''))) return reply.callNotFound();
      dropTypeOfEmptyBody(request);
      const account = params['account'] === undefined ? null : Number(params['account']);
      request.identity = await admissionOf(request).admit(meta.scope, () => account);
    },
  };
}

/** The caller of a request that its route has admitted. */
export function identityOf({ identity }: FastifyRequest): Identity {
  if (identity === null) throw new Error('This route admits nobody.');
  return identity;
}

/** Drops the type of an empty body, which some clients name with every request: no body is an empty object. */
function dropTypeOfEmptyBody({ raw: { headers } }: RestRequest): void {
  if (headers['content-type'] === undefined) return;
  const isEmpty = (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;
  if (isEmpty) delete headers['content-type'];
}

/** The error for a path where nothing is. */
export function noSuchPath(): LetterheadError {
  return new LetterheadError(
    'not_found',
    'There is nothing at this path. The API is described at /reference.',
  );
}

/** Puts a procedure's input together from path, query and body. Throws `invalid` for too many fields or elements. */
export function makeInput(operation: DescribedOperation, request: RestRequest): Record<string, unknown> {
  const { pathParameters, takesBody } = operation;
  const { body } = request;
  const input =
    takesBody && !(body instanceof MessageBody)
      ? bodyFields(body, operation)
      : queryFields(request.query, operation);
  if (body instanceof MessageBody) Object.assign(input, body.digest);
  for (const name of pathParameters) input[name] = Number(request.params[name]);
  return input;
}

function bodyFields(body: unknown, operation: DescribedOperation): Record<string, unknown> {
  const kinds = fieldKinds(operation);
  if (body instanceof FormBody) return convertFields(body.fields, kinds);
  if (typeof body !== 'object' || body === null) return {};
  const fields = Object.fromEntries(Object.entries(body).filter(([name]) => kinds.has(name)));
  refuseLongLists(fields);
  return fields;
}

function queryFields(query: unknown, operation: DescribedOperation): Record<string, unknown> {
  // Fastify's query parser gives text, or a list of it where a name came more than once.
  const fields = query as Record<string, string | string[]>;
  const values = Object.values(fields);
  if (values.length === 0) return {};
  refuseTooManyFields(values.flat().length);
  return convertFields(fields, fieldKinds(operation));
}

/**
 * Sets status and headers, and returns what is sent: Fastify would wait for the end of a reply that is returned, with
 * listeners that cost as much as a hook. Undefined: nothing.
 */
function answer(
  { meta: { rest } }: RestOperation,
  request: FastifyRequest,
  reply: FastifyReply,
  { page, turns }: Context,
  data: unknown,
): unknown {
  reply.code(rest.status);
  if (rest.status === 204) return undefined;
  reply.type(rest.contentType ?? 'application/json; charset=utf-8');
  if (rest.contentType !== undefined) return data;
  const next = page?.next ?? null;
  if (next !== null) reply.header('link', `<${nextPage(request.url, next)}>; rel="next"`);
  return envelope(data, turns);
}

/** The address of the next page: the same request, after a later id. */
function nextPage(url: string, after: number): string {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  searchParams.set('after', String(after));
  return `${pathname}?${searchParams}`;
}
