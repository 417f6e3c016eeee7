import { LetterheadError } from '@letterhead/shared';
import { TRPCError } from '@trpc/server';
import { resolveResponse } from '@trpc/server/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TokenCaller } from '../auth/token-caller.ts';
import { REQUEST_LIMITS } from '../limits.ts';
import type { ProcedureType } from '../rest/operations.ts';
import { procedureTypes } from '../rest/operations.ts';
import { Batch } from '../router/batch.ts';
import type { Context } from '../router/context.ts';
import { appRouter } from '../router/index.ts';
import { toRefusal } from '../router/refusals.ts';
import { writeListAhead } from '../router/written-once.ts';
import { nextTurn, Turns } from '../turns.ts';
import type { FaultLog } from './fault-log.ts';
import { logFault } from './fault-log.ts';
import { cutStreamsWhenStopping } from './graceful-stop.ts';
import type { PathMethod } from './known-paths.ts';
import type { OpenStreams, StreamOwner } from './open-streams.ts';
import { hasUnknownType, refusalHeaders, TRPC_PATH } from './refusal-reply.ts';
import { toTrpcRequest } from './trpc-request.ts';

/** What tRPC's side needs from elsewhere. */
export interface TrpcSource {
  /** `procedures`: how many the request brings. */
  readonly callerOf: (request: FastifyRequest, procedures: number) => TokenCaller;
  readonly contextOf: (caller: TokenCaller) => Context;
  readonly streams: OpenStreams;
  readonly log: FaultLog;
  readonly stopping: AbortSignal;
}

type TrpcRequest = FastifyRequest<{ Params: { path: string } }>;

/**
 * Serves the router at `/trpc`. tRPC's own plugin would take files of any size as well; this takes JSON alone, and its
 * body is only read for those who show a token of ours.
 */
export async function serveTrpc(app: FastifyInstance, source: TrpcSource): Promise<void> {
  const types = procedureTypes(appRouter);
  const callers = new WeakMap<FastifyRequest, TokenCaller>();
  const cutWhenStopping = cutStreamsWhenStopping(source.stopping);
  await app.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
        done(null, body),
      );
      // Also what Fastify refuses has come to no procedure's guard.
      scope.setErrorHandler(async (error, request) => {
        await countOnce(callers.get(request));
        throw hasUnknownType(error) ? new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' }) : error;
      });
      scope.route<{ Params: { path: string } }>({
        method: ['GET', 'POST'],
        url: '/:path',
        exposeHeadRoute: false,
        onRequest(request, reply, done) {
          const procedures = proceduresIn(request).map((path) => types.get(path));
          // The guard of each looks at the caller soon enough.
          if (request.method === 'GET' && procedures.every((type) => type === 'query')) return done();
          const caller = source.callerOf(request, procedures.length);
          callers.set(request, caller);
          if (procedures.includes('subscription')) cutWhenStopping(reply.raw);
          countRequest(source, request, reply, caller, procedures).then(() => done(), done);
        },
        async handler(request, reply) {
          const called = proceduresIn(request).length;
          let caller = callers.get(request);
          if (called > 1 && called <= REQUEST_LIMITS.batchCalls) {
            caller ??= source.callerOf(request, called);
            await awaitTurn(caller);
          }
          const response = await answer(source, request, reply, (procedures) => {
            caller ??= source.callerOf(request, procedures);
            return contextOfCalls(source.contextOf(caller), procedures);
          });
          if (comesInPieces(response)) return reply.send(response);
          await countOnce(caller ?? source.callerOf(request, 1));
          return sendInOnePiece(reply, response);
        },
      });
    },
    { prefix: TRPC_PATH },
  );
}

/** What tRPC answers. `contextOf` is told how many procedures are called. */
function answer(
  { log }: TrpcSource,
  request: TrpcRequest,
  reply: FastifyReply,
  contextOf: (procedures: number) => Context,
): Promise<Response> {
  return resolveResponse({
    router: appRouter,
    maxBatchSize: REQUEST_LIMITS.batchCalls,
    req: toTrpcRequest(request, leaving(reply)),
    // tRPC decodes it, which Fastify has done already: twice would make other procedures of it than were counted.
    path: encodeURIComponent(request.params.path),
    error: null,
    createContext: async ({ info }) => contextOf(info.calls.length),
    onError: ({ error }) => logFault(log, request, toRefusal(error)),
    responseMeta: ({ errors, type }) => ({
      headers: Object.assign(
        // tRPC's own, which takes the place of what CORS has said before.
        { vary: 'origin, trpc-accept, accept' },
        // tRPC says of a stream that it may be kept.
        type === 'subscription' ? { 'cache-control': 'no-store, no-transform' } : {},
        ...errors.map((error) => refusalHeaders(toRefusal(error))),
      ),
    }),
  });
}

/** Reading a batch is long work by itself. Who sends it is refused where its calls are. */
async function awaitTurn(caller: TokenCaller): Promise<void> {
  const account = await caller.identify().then(
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
    prepare: (data) => writeListAhead(data, turns),
    batch: procedures > 1 ? new Batch(turns) : undefined,
  };
}

/** Aborted where the client goes away before it has all of its answer. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableEnded) controller.abort();
  });
  return controller.signal;
}

/** A stream of events, or a batch that was asked for line by line: it calls itself JSON as well, and names its chunks. */
function comesInPieces({ headers }: Response): boolean {
  return headers.get('content-type') === 'text/event-stream' || headers.has('transfer-encoding');
}

/**
 * Sends JSON in one piece. tRPC hands over a web stream even of a small answer, and reading that piece by piece costs
 * as much as the procedure does.
 */
async function sendInOnePiece(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  return (
    reply
      .code(response.status)
      .headers(Object.fromEntries(response.headers))
      // What tRPC refuses as a whole has no type of its own.
      .type('application/json; charset=utf-8')
      .send(await response.text())
  );
}

/** Counts a request that came to no procedure's guard. */
async function countOnce(caller: TokenCaller | undefined): Promise<void> {
  if (caller?.isCounted === false) await caller.visit();
}

/** Every procedure's path, and the method that it is called by. */
export function trpcPaths(): PathMethod[] {
  return [...procedureTypes(appRouter)].map(([path, type]) => ({
    path: `${TRPC_PATH}/${path}`,
    method: methodOf(type),
  }));
}

function methodOf(type: ProcedureType): 'GET' | 'POST' {
  return type === 'mutation' ? 'POST' : 'GET';
}

/** The procedures that a request calls, several of which travel together in a batch. */
function proceduresIn({ query, params }: TrpcRequest): string[] {
  const [batch] = [(query as { batch?: unknown }).batch].flat();
  return batch === '1' ? params.path.split(',') : [params.path];
}

/** Counts what would never come to a procedure's own guard, which decides about everybody else. */
async function countRequest(
  { streams }: TrpcSource,
  { method }: FastifyRequest,
  { raw }: FastifyReply,
  caller: TokenCaller,
  types: readonly (ProcedureType | undefined)[],
): Promise<void> {
  const areThere = !types.includes(undefined);
  if (!types.every((type) => type !== undefined && methodOf(type) === method)) await caller.visit();
  if (method === 'POST') await enterBeforeBody(caller, areThere);
  if (types.includes('subscription')) raw.once('close', await openStream(streams, caller));
}

/** The body of a stranger, or of an account that has too many under way, is refused before it is read. */
async function enterBeforeBody(caller: TokenCaller, areThere: boolean): Promise<void> {
  try {
    await caller.enter();
  } catch (error) {
    throw areThere ? error : new LetterheadError('not_found', 'There is no such procedure.');
  }
}

/** Refused over HTTP with `rate_limited`, after which clients connect again: an error in a stream is the end of it. */
async function openStream(streams: OpenStreams, caller: TokenCaller): Promise<() => void> {
  let owner: StreamOwner;
  try {
    const { token, account } = await caller.countAhead();
    owner = { token: token.id, account: account.id };
  } catch (error) {
    if (error instanceof LetterheadError && error.code === 'rate_limited') throw error;
    // Said in the stream, where clients can read why.
    return () => {};
  }
  return streams.open(owner);
}
