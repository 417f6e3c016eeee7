import { LetterheadError } from '@letterhead/shared';
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TokenCaller } from '../auth/token-caller.ts';
import { procedureTypes } from '../rest/operations.ts';
import type { Context } from '../router/context.ts';
import type { AppRouter } from '../router/index.ts';
import { appRouter } from '../router/index.ts';
import { toRefusal } from '../router/refusals.ts';
import type { FaultLog } from './fault-log.ts';
import { logFault } from './fault-log.ts';
import { cutStreamsWhenStopping } from './graceful-stop.ts';
import type { PathMethod } from './known-paths.ts';
import type { OpenStreams } from './open-streams.ts';
import { refusalHeaders, TRPC_PATH } from './refusal-reply.ts';

/** How many calls may travel together. */
const MAX_BATCH_SIZE = 100;

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
  const trpcOptions: FastifyTRPCPluginOptions<AppRouter>['trpcOptions'] = {
    router: appRouter,
    maxBatchSize: MAX_BATCH_SIZE,
    createContext: ({ req }) => source.contextOf(callers.get(req) ?? source.callerOf(req, 1)),
    onError: ({ error, req }) => logFault(source.log, req, toRefusal(error)),
    responseMeta: ({ errors, type }) => ({
      headers: Object.assign(
        // tRPC's own, which takes the place of what CORS has said before.
        { vary: 'origin, trpc-accept, accept' },
        // tRPC says of a stream that it may be kept.
        type === 'subscription' ? { 'cache-control': 'no-store, no-transform' } : {},
        ...errors.map((error) => refusalHeaders(toRefusal(error))),
      ),
    }),
  };
  await app.register(
    async (scope) => {
      cutStreamsWhenStopping(scope, source.stopping);
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
        done(null, body),
      );
      scope.route<{ Params: { path: string } }>({
        method: ['GET', 'POST'],
        url: '/:path',
        exposeHeadRoute: false,
        async onRequest(request, reply) {
          const procedures = proceduresIn(request);
          const caller = source.callerOf(request, procedures.length);
          callers.set(request, caller);
          await countRequest(
            request.method,
            procedures.every((path) => types.has(path)),
            caller,
          );
          if (procedures.every((path) => types.get(path) !== 'subscription')) return;
          reply.raw.once('close', await openStream(source.streams, caller));
        },
        handler: (request, reply) =>
          fastifyRequestHandler({
            ...trpcOptions,
            req: request,
            res: inOnePiece(reply),
            path: request.params.path,
          }),
      });
    },
    { prefix: TRPC_PATH },
  );
}

/**
 * The same reply, which sends JSON in one piece. tRPC hands over a web stream even of a small answer, and reading that
 * piece by piece costs as much as the procedure does.
 */
function inOnePiece(reply: FastifyReply): FastifyReply {
  const send = (response: unknown): FastifyReply => {
    if (!(response instanceof Response) || !isWhole(response)) return reply.send(response);
    reply.code(response.status).headers(Object.fromEntries(response.headers));
    response.text().then(
      (text) => reply.send(text),
      (error: unknown) => reply.send(error),
    );
    // Whoever waits for a reply waits until it is sent.
    return reply;
  };
  // tRPC's adapter uses these two of a reply, and an heir of a real one would make every use of that slow.
  return { raw: reply.raw, send } as FastifyReply;
}

/** A batch that was asked for line by line calls itself JSON as well, and says that it comes in chunks. */
function isWhole({ headers }: Response): boolean {
  return (
    headers.get('content-type')?.startsWith('application/json') === true && !headers.has('transfer-encoding')
  );
}

/** Every procedure's path, and the method that it is called by. */
export function trpcPaths(): PathMethod[] {
  return [...procedureTypes(appRouter)].map(([path, type]) => ({
    path: `${TRPC_PATH}/${path}`,
    method: type === 'mutation' ? 'POST' : 'GET',
  }));
}

/** The procedures that a request calls, several of which travel together in a batch. */
function proceduresIn({ query, params }: TrpcRequest): string[] {
  const [batch] = [(query as { batch?: unknown }).batch].flat();
  return batch === '1' ? params.path.split(',') : [params.path];
}

/**
 * Counts what would never come to a procedure's own guard: calls of what is not there, and bodies of nobody's, which
 * are refused before they are read. That guard decides about everybody else.
 */
async function countRequest(method: string, areThere: boolean, caller: TokenCaller): Promise<void> {
  if (!areThere) await caller.visit();
  if (method !== 'POST') return;
  try {
    await caller.identify();
  } catch (error) {
    throw areThere ? error : new LetterheadError('not_found', 'There is no such procedure.');
  }
}

/** Refused over HTTP with `rate_limited`, after which clients connect again: an error in a stream is the end of it. */
async function openStream(streams: OpenStreams, caller: TokenCaller): Promise<() => void> {
  let token: number;
  try {
    token = (await caller.countAhead()).token.id;
  } catch (error) {
    if (error instanceof LetterheadError && error.code === 'rate_limited') throw error;
    // Said in the stream, where clients can read why.
    return () => {};
  }
  return streams.open(token);
}
