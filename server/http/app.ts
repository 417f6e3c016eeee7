import cors from '@fastify/cors';
import { LetterheadError } from '@letterhead/shared';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { RateLimits } from '../auth/rate-limits.ts';
import { TokenCaller } from '../auth/token-caller.ts';
import type { Clock } from '../instant.ts';
import type { HttpLimits } from '../limits.ts';
import { REQUEST_LIMITS } from '../limits.ts';
import type { Metrics } from '../metrics.ts';
import { describeApi } from '../rest/openapi.ts';
import { listOperations } from '../rest/operations.ts';
import { BASE_PATH, noSuchPath, restPaths, serveRest } from '../rest/rest-adapter.ts';
import type { Context } from '../router/context.ts';
import { appRouter } from '../router/index.ts';
import type { Services } from '../router/services.ts';
import type { Store } from '../store/store.ts';
import { Turns } from '../turns.ts';
import { answerBrokenHttp } from './client-errors.ts';
import { Console } from './console-files.ts';
import { logFault } from './fault-log.ts';
import { addFixedHeaders } from './fixed-headers.ts';
import { addressOf } from './forwarded-addresses.ts';
import { passGates } from './gates.ts';
import { refuseWhenStopping } from './graceful-stop.ts';
import { serveHealth } from './health.ts';
import { refuseBadHost } from './host-header.ts';
import type { KnownPaths } from './known-paths.ts';
import { knownPaths } from './known-paths.ts';
import { requestCounter, serveMetrics } from './metrics-route.ts';
import type { OpenStreams } from './open-streams.ts';
import { serveReference } from './reference-page.ts';
import { refusalOf, sendRefusal } from './refusal-reply.ts';
import { requestIds } from './request-id.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import { serveTrpc, trpcPaths } from './trpc-route.ts';

/** What the HTTP side needs from elsewhere. */
export interface AppNeeds {
  readonly store: Store;
  readonly services: Services;
  readonly limits: RateLimits;
  readonly streams: OpenStreams;
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
  readonly bounds: HttpLimits;
}

/** Long enough for a batch of tRPC calls in one path. */
const MAX_PARAM_LENGTH = 5000;

/** What is read at a path of its own. */
const PAGES = ['/', '/openapi.json', '/reference', '/health/live', '/health/ready', '/metrics'].flatMap(
  (path) => [
    { path, method: 'GET' },
    { path, method: 'HEAD' },
  ],
);

/** Who sends a request, and how many procedures it brings. */
type CallerOf = (request: FastifyRequest, procedures?: number) => TokenCaller;

/** The Fastify app: `/api/v1`, `/trpc`, `/openapi.json`, `/reference`, `/health`, `/metrics` and the console. It does not listen by itself. */
export async function createApp(needs: AppNeeds): Promise<FastifyInstance> {
  const operations = listOperations(appRouter);
  const underWay = new RequestsUnderWay({
    maxWaiting: needs.bounds.maxWaiting,
    ended: requestCounter(needs.metrics, needs.log),
  });
  const callerOf: CallerOf = (request, procedures = 1) =>
    new TokenCaller(needs, {
      authorization: request.headers.authorization,
      address: addressOf(request),
      procedures,
      enter: (account) => underWay.enter(request, account),
    });
  const contextOf = (caller: TokenCaller): Context => ({
    caller,
    services: needs.services,
    page: { next: null },
    turns: new Turns(),
  });
  const app = makeFastify(needs, callerOf);
  ignoreExpectations(app);
  passGates(app, [underWay.follow(app), refuseBadHost, refuseWhenStopping(needs.stopping)]);
  if (needs.corsOrigins.length > 0) await allowOrigins(app, needs.corsOrigins);
  const paths = knownPaths([...restPaths(operations), ...trpcPaths(), ...PAGES]);
  const webConsole = new Console(needs.consoleFolder);
  answerRefusals(app, needs, { callerOf, paths, webConsole });
  const createContext = (request: FastifyRequest) => contextOf(callerOf(request));
  await app.register(async (rest) => serveRest(rest, { operations, createContext }), { prefix: BASE_PATH });
  await serveTrpc(app, { ...needs, callerOf, contextOf });
  await app.register(async (pages) => {
    pages.addHook('onRequest', (request) => callerOf(request).visit());
    serveReference(pages, describeApi(operations, needs.version));
    webConsole.serve(pages);
  });
  serveHealth(app, needs.store, needs.bounds);
  serveMetrics(app, needs.metrics, callerOf);
  return app;
}

/** The path and query of a whole address, which proxies may send as well (RFC 9112, section 3.2.2). */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const [, path] = /^https?:\/\/[^/?]*(.*)$/i.exec(url) ?? [];
  if (path === undefined) return url;
  return path.startsWith('/') ? path : `/${path}`;
}

function makeFastify({ trustProxy, bounds }: AppNeeds, callerOf: CallerOf): FastifyInstance {
  return fastify({
    // Fastify would make a logger for each request, which costs more than the few lines that name one.
    logger: false,
    genReqId: requestIds(),
    bodyLimit: REQUEST_LIMITS.bodyBytes,
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy],
    requestTimeout: bounds.requestTimeout,
    connectionTimeout: bounds.idleTimeout,
    http: {
      headersTimeout: bounds.headersTimeout,
      connectionsCheckingInterval: bounds.checkInterval,
      // Refused in the catalogue's shape; Node's own refusal has none.
      requireHostHeader: false,
    },
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => originForm(url),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => {
      addFixedHeaders(reply);
      callerOf(request)
        .visit()
        .then(() => refusalOf(error), refusalOf)
        .then((refusal) => sendRefusal(reply, refusal));
    },
    clientErrorHandler: answerBrokenHttp,
  });
}

/** What a client expects of us beyond HTTP itself it may do without (RFC 9110, section 10.1.1); Node would refuse it. */
function ignoreExpectations({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const options = {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'last-event-id', 'trpc-accept'],
    exposedHeaders: ['link', 'retry-after', 'x-request-id'],
  };
  await app.register(cors, {
    // The plugin would refuse an OPTIONS that is no preflight in words of its own.
    delegator: ({ headers }, done) =>
      done(null, {
        ...options,
        preflight: 'access-control-request-method' in headers && 'origin' in headers,
      }),
  });
}

function answerRefusals(
  app: FastifyInstance,
  { log }: AppNeeds,
  { callerOf, paths, webConsole }: { callerOf: CallerOf; paths: KnownPaths; webConsole: Console },
): void {
  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    await callerOf(request).visit();
    const allowed = paths.methodsAt(request.url.split('?', 1)[0] ?? '');
    if (allowed.length === 0) {
      if (webConsole.answerLost(request, reply)) return;
      throw noSuchPath();
    }
    const allow = allowed.join(', ');
    reply.header('allow', allow);
    throw new LetterheadError(
      'method_not_allowed',
      `This path does not take ${request.method}, but ${allow}.`,
    );
  };
  // Before a body is read, which nobody waits for.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuse(request, reply).catch(done);
    else done();
  });
  app.setNotFoundHandler(refuse);
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error);
    logFault(log, request, refusal);
    return sendRefusal(reply, refusal);
  });
}
