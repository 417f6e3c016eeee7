import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import { LetterheadError } from '@letterhead/shared';
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import fastify, { LogController } from 'fastify';
import type { RateLimits } from '../auth/rate-limits.ts';
import { TokenCaller } from '../auth/token-caller.ts';
import type { Clock } from '../instant.ts';
import type { Metrics } from '../metrics.ts';
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
import { answerBrokenHttp } from './client-errors.ts';
import { serveConsole } from './console-files.ts';
import { setFixedHeaders } from './fixed-headers.ts';
import { cutStreamsWhenStopping, refuseWhenStopping } from './graceful-stop.ts';
import { serveHealth } from './health.ts';
import type { KnownPaths } from './known-paths.ts';
import { knownPaths } from './known-paths.ts';
import { serveMetrics } from './metrics-route.ts';
import { refuseOverload } from './overload.ts';
import { serveReference } from './reference-page.ts';
import { refusalHeaders, refusalOf, sendRefusal, TRPC_PATH } from './refusal-reply.ts';

/** What the HTTP side needs from elsewhere. */
export interface AppNeeds {
  readonly store: Store;
  readonly services: Services;
  readonly limits: RateLimits;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly version: string;
  /** Where the web console was built into. */
  readonly consoleFolder: string;
  /** Origins whose web pages may call the API. */
  readonly corsOrigins: readonly string[];
  /** Whose forwarded headers are believed. */
  readonly trustProxy: boolean | readonly string[];
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
}

/** Long enough for a batch of tRPC calls in one path. */
const MAX_PARAM_LENGTH = 5000;
const MAX_BATCH_SIZE = 100;

/** In milliseconds; a request that trickles in holds a connection no longer than this. */
const REQUEST_TIMEOUT = 30_000;
const HEADERS_TIMEOUT = 15_000;
const CONNECTION_CHECKS = 5_000;

/** The Fastify app: `/api/v1`, `/trpc`, `/openapi.json`, `/reference`, `/health`, `/metrics` and the console. It does not listen by itself. */
export async function createApp(needs: AppNeeds): Promise<FastifyInstance> {
  const app = makeFastify(needs);
  const operations = listOperations(appRouter);
  const callerOf = (request: FastifyRequest) =>
    new TokenCaller(needs, { authorization: request.headers.authorization, address: request.ip });
  const createContext = (request: FastifyRequest): Context => ({
    caller: callerOf(request),
    services: needs.services,
    page: { next: null },
  });
  setFixedHeaders(app);
  refuseWhenStopping(app, needs.stopping);
  cutStreamsWhenStopping(app, needs.stopping);
  refuseOverload(app);
  if (needs.corsOrigins.length > 0) await allowOrigins(app, needs.corsOrigins);
  answerRefusals(
    app,
    needs.limits,
    knownPaths(
      BASE_PATH,
      operations.map((operation) => operation.meta.rest),
    ),
  );
  await app.register(async (rest) => serveRest(rest, { operations, createContext }), {
    prefix: BASE_PATH,
  });
  await serveTrpc(app, createContext);
  serveReference(app, describeApi(operations, needs.version));
  serveConsole(app, needs.consoleFolder);
  serveHealth(app, needs.store);
  serveMetrics(app, needs.metrics, callerOf);
  return app;
}

function makeFastify({ log, trustProxy }: AppNeeds): FastifyInstance {
  return fastify({
    loggerInstance: log,
    // A logger of its own for each request costs more than the lines that name one: those name it themselves.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy],
    requestTimeout: REQUEST_TIMEOUT,
    http: { headersTimeout: HEADERS_TIMEOUT, connectionsCheckingInterval: CONNECTION_CHECKS },
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, _request, reply) => void sendRefusal(reply, refusalOf(error)),
    clientErrorHandler: answerBrokenHttp,
  });
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'last-event-id', 'trpc-accept'],
    exposedHeaders: ['link', 'retry-after', 'x-request-id'],
  });
}

function answerRefusals(app: FastifyInstance, limits: RateLimits, paths: KnownPaths): void {
  app.setNotFoundHandler(async (request, reply) => {
    await limits.takeAddress(request.ip);
    const allowed = paths.methodsAt(request.url.split('?', 1)[0] ?? '');
    if (allowed.length === 0) throw noSuchPath();
    const allow = allowed.join(', ');
    reply.header('allow', allow);
    throw new LetterheadError(
      'method_not_allowed',
      `This path does not take ${request.method}, but ${allow}.`,
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
    maxBatchSize: MAX_BATCH_SIZE,
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
  if (isFault(refusal)) request.log.error({ request: request.id, err: refusal.cause }, refusal.message);
}
