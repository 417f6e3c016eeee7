import { LetterheadError } from '@letterhead/shared';
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import fastify, { LogController } from 'fastify';
import { TokenCaller } from '../auth/token-caller.ts';
import type { Clock } from '../instant.ts';
import { describeApi } from '../rest/openapi.ts';
import { listOperations } from '../rest/operations.ts';
import { BODY_LIMIT } from '../rest/request-body.ts';
import { BASE_PATH, noSuchPath, serveRest } from '../rest/rest-adapter.ts';
import type { Context } from '../router/context.ts';
import type { AppRouter } from '../router/index.ts';
import { appRouter } from '../router/index.ts';
import { isFault, toRefusal } from '../router/refusals.ts';
import type { Services } from '../router/services.ts';
import type { Store } from '../store/store.ts';
import { cutStreamsWhenStopping, refuseWhenStopping } from './graceful-stop.ts';
import { knownPaths } from './known-paths.ts';
import { serveReference } from './reference-page.ts';
import { refusalHeaders, refusalOf, sendRefusal, TRPC_PATH } from './refusal-reply.ts';

/** What the HTTP side needs from elsewhere. */
export interface AppNeeds {
  readonly store: Store;
  readonly services: Services;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly version: string;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
}

/** Long enough for a batch of tRPC calls in one path. */
const MAX_PARAM_LENGTH = 5000;

/** The Fastify app: `/api/v1`, `/trpc`, `/openapi.json` and `/reference`. It does not listen by itself. */
export async function createApp(needs: AppNeeds): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: needs.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, _request, reply) => void sendRefusal(reply, refusalOf(error)),
  });
  refuseWhenStopping(app, needs.stopping);
  cutStreamsWhenStopping(app, needs.stopping);
  const operations = listOperations(appRouter);
  const createContext = contextFactory(needs);
  answerRefusals(
    app,
    operations.map((operation) => operation.meta.rest),
  );
  await app.register(async (rest) => serveRest(rest, { router: appRouter, operations, createContext }), {
    prefix: BASE_PATH,
  });
  await serveTrpc(app, createContext);
  serveReference(app, describeApi(operations, needs.version));
  return app;
}

function contextFactory(needs: AppNeeds): (request: FastifyRequest) => Context {
  return (request) => ({
    caller: new TokenCaller(needs, { authorization: request.headers.authorization, address: request.ip }),
    services: needs.services,
    page: { next: null },
  });
}

function answerRefusals(app: FastifyInstance, places: readonly { method: string; path: string }[]): void {
  const paths = knownPaths(BASE_PATH, places);
  app.setNotFoundHandler((request, reply) => {
    const allowed = paths.methodsAt(request.url.split('?', 1)[0] ?? '');
    if (allowed.length === 0) return sendRefusal(reply, noSuchPath());
    const allow = allowed.join(', ');
    reply.header('allow', allow);
    return sendRefusal(
      reply,
      new LetterheadError('method_not_allowed', `This path does not take ${request.method}, but ${allow}.`),
    );
  });
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error);
    logFault(request, refusal);
    return sendRefusal(reply, refusal);
  });
}

/** tRPC's plugin replaces the JSON parser of its scope, so it gets a scope of its own. */
async function serveTrpc(
  app: FastifyInstance,
  createContext: (request: FastifyRequest) => Context,
): Promise<void> {
  const trpcOptions: FastifyTRPCPluginOptions<AppRouter>['trpcOptions'] = {
    router: appRouter,
    createContext: ({ req }) => createContext(req),
    onError: ({ error, req }) => logFault(req, toRefusal(error)),
    responseMeta: ({ errors }) => {
      const [first] = errors;
      return first === undefined ? {} : { headers: refusalHeaders(toRefusal(first)) };
    },
  };
  await app.register(
    async (scope) => {
      await scope.register(fastifyTRPCPlugin, { prefix: '', trpcOptions });
    },
    { prefix: TRPC_PATH },
  );
}

function logFault(request: FastifyRequest, refusal: LetterheadError): void {
  if (isFault(refusal)) request.log.error({ err: refusal.cause }, refusal.message);
}
