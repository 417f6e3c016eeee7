import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { LetterheadError } from '@letterhead/shared';
import { TRPCError } from '@trpc/server';
import { resolveResponse } from '@trpc/server/http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Admission } from '../auth/admission.ts';
import { errorHeaders, hasUnknownType, logInternalError, TRPC_PATH } from '../http/errors.ts';
import { cutStreamsWhenStopping } from '../http/graceful-stop.ts';
import type { OpenStreams } from '../http/open-streams.ts';
import type { PathMethod } from '../http/protocol.ts';
import { whenClosed } from '../http/when-closed.ts';
import { REQUEST_LIMITS } from '../limits.ts';
import type { Context } from '../router/context.ts';
import { toApiError } from '../router/errors.ts';
import { appRouter } from '../router/index.ts';
import { nextTurn, Turns } from '../turns.ts';
import { Batch } from './batch.ts';
import type { CallOneSource, TrpcRequest, TrpcRoute } from './call-one.ts';
import { callOne, readOneCall, VARY } from './call-one.ts';
import { serializeList } from './memoize-serialize.ts';
import type { ProcedureType } from './procedures.ts';
import { listProcedures } from './procedures.ts';

/** What the route is made from. */
export interface TrpcSource extends CallOneSource {
  readonly streams: OpenStreams;
  readonly stopping: AbortSignal;
}

/**
 * Serves the router below `/trpc`. tRPC's own plugin would take files of any size as well; this takes JSON alone, and its
 * body is only read for those who show a token of ours.
 */
export function serveTrpc(app: FastifyInstance, source: TrpcSource): void {
  const { admissionOf } = source;
  const procedures = listProcedures(appRouter);
  const cutWhenStopping = cutStreamsWhenStopping(source.stopping);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  // What Fastify refuses has come to no procedure's guard.
  app.setErrorHandler(async (error, request) => {
    await admissionOf(request).settle();
    throw hasUnknownType(error) ? new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' }) : error;
  });
  const route: RouteOptions<Server, IncomingMessage, ServerResponse, TrpcRoute> = {
    method: ['GET', 'POST'],
    url: '/:path',
    exposeHeadRoute: false,
    onRequest(request, reply, done) {
      const called = proceduresIn(request);
      const calledTypes = called.map((path) => procedures.get(path)?.type);
      // A batch that is too large is refused as a whole.
      if (called.length <= REQUEST_LIMITS.batchCalls) admissionOf(request).procedures = called.length;
      // The guard of each looks at the caller soon enough.
      if (request.method === 'GET' && calledTypes.every((type) => type === 'query')) return done();
      if (calledTypes.includes('subscription')) cutWhenStopping(reply.raw);
      admitAhead(source, request, reply, calledTypes).then(() => done(), done);
    },
    async handler(request, reply) {
      const paths = proceduresIn(request);
      const call = readOneCall(request, paths, procedures, isBatch(request));
      if (call !== null) return callOne(source, request, reply, call);
      const admission = admissionOf(request);
      if (paths.length > 1 && paths.length <= REQUEST_LIMITS.batchCalls) await awaitTurn(admission);
      const response = await answer(source, request, reply);
      if (isStreaming(response)) return reply.send(response);
      await admission.settle();
      return sendBuffered(reply, response);
    },
  };
  app.route(route);
  for (const [path, { meta }] of procedures)
    if (meta.maxBodyBytes !== undefined)
      app.route({ ...route, url: `/:path(^${path.replace('.', '\\.')}$)`, bodyLimit: meta.maxBodyBytes });
}

/** Answers a batch, a stream, and what `callOne` leaves. */
async function answer(
  { log, contextOf }: TrpcSource,
  request: TrpcRequest,
  reply: FastifyReply,
): Promise<Response> {
  // At a start it would bring Node's own fetch with it, which takes some 25 ms to load.
  const { incomingMessageToRequest } = await import('@trpc/server/adapters/node-http');
  return resolveResponse({
    router: appRouter,
    maxBatchSize: REQUEST_LIMITS.batchCalls,
    // Fastify has read the body.
    req: incomingMessageToRequest(Object.assign(request.raw, { body: request.body }), reply.raw, {
      maxBodySize: null,
    }),
    // tRPC decodes it, which Fastify has done already: twice would make other procedures of it than were counted.
    path: encodeURIComponent(request.params.path),
    error: null,
    createContext: async ({ info }) => contextOfCalls(contextOf(request), info.calls.length),
    onError: ({ error }) => logInternalError(log, request, toApiError(error)),
    responseMeta: ({ errors, type }) => ({
      headers: Object.assign(
        // tRPC's own, which takes the place of what CORS has said before.
        { vary: VARY },
        // tRPC says of a stream that it may be kept.
        type === 'subscription' ? { 'cache-control': 'no-store, no-transform' } : {},
        ...errors.map((error) => errorHeaders(toApiError(error))),
      ),
    }),
  });
}

/** Reading a batch is long work by itself. Who sends it is refused where its calls are. */
async function awaitTurn(admission: Admission): Promise<void> {
  const account = await admission.enter().then(
    (identity) => identity.account.id,
    () => null,
  );
  await nextTurn(account);
}

/** The context of one call, or of a batch of them. */
function contextOfCalls(context: Context, procedures: number): Context {
  const { turns = new Turns() } = context;
  return {
    ...context,
    prepare: (data) => serializeList(data, turns),
    batch: procedures > 1 ? new Batch(turns) : undefined,
  };
}

/** A stream of events, or a batch that was asked for line by line: it calls itself JSON as well, and names its chunks. */
function isStreaming({ headers }: Response): boolean {
  return headers.get('content-type') === 'text/event-stream' || headers.has('transfer-encoding');
}

/**
 * Sends JSON in one piece. tRPC hands over a web stream even of a small answer, and reading that piece by piece costs
 * as much as the procedure does.
 */
function sendBuffered(reply: FastifyReply, response: Response): Promise<string> {
  reply
    .code(response.status)
    .headers(Object.fromEntries(response.headers))
    // What tRPC refuses as a whole has no type of its own.
    .type('application/json; charset=utf-8');
  return response.text();
}

/** Every procedure's path, and the method that it is called by. */
export function trpcPaths(): PathMethod[] {
  return [...listProcedures(appRouter)].map(([path, { type }]) => ({
    path: `${TRPC_PATH}/${path}`,
    method: type === 'mutation' ? 'POST' : 'GET',
  }));
}

/** The procedures that a request calls, several of which travel together in a batch. */
function proceduresIn(request: TrpcRequest): string[] {
  const { path } = request.params;
  return isBatch(request) ? path.split(',') : [path];
}

function isBatch({ query: { batch } }: TrpcRequest): boolean {
  return batch === '1' || (Array.isArray(batch) && batch[0] === '1');
}

/** Refuses what has to be refused before a body is read, or a stream begins. */
async function admitAhead(
  { admissionOf, streams }: TrpcSource,
  request: FastifyRequest,
  { raw }: FastifyReply,
  types: readonly (ProcedureType | undefined)[],
): Promise<void> {
  const admission = admissionOf(request);
  if (request.method === 'POST') await requireTokenForBody(admission, !types.includes(undefined));
  if (types.includes('subscription')) whenClosed(raw, await openStream(streams, admission));
}

/** The body of a stranger, or of an account that has too many under way, is refused before it is read. */
async function requireTokenForBody(admission: Admission, areThere: boolean): Promise<void> {
  try {
    await admission.enter();
  } catch (error) {
    throw areThere ? error : new LetterheadError('not_found', 'There is no such procedure.');
  }
}

/** Refused over HTTP with `rate_limited`, after which clients connect again: an error in a stream is the end of it. */
async function openStream(streams: OpenStreams, admission: Admission): Promise<() => void> {
  try {
    return streams.open(await admission.countStream());
  } catch (error) {
    if (error instanceof LetterheadError && error.code === 'rate_limited') throw error;
    // Said in the stream, where clients can read why.
    return () => {};
  }
}
