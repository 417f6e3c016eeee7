import type { Server } from 'node:http';
import type { FastifyCorsOptionsDelegateCallback } from '@fastify/cors';
import { LetterheadError } from '@letterhead/shared';
import type {
  FastifyBaseLogger,
  FastifyHttpOptions,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
} from 'fastify';
import fastify from 'fastify';
import { Admission } from '../auth/admission.ts';
import type { RateLimits } from '../auth/rate-limits.ts';
import type { Dns } from '../dns/outcome.ts';
import type { Clock } from '../instant.ts';
import type { HttpLimits } from '../limits.ts';
import { REQUEST_LIMITS } from '../limits.ts';
import type { Metrics } from '../metrics.ts';
import { BACKUP_OPERATION } from '../rest/backup-operation.ts';
import type { RestOperation } from '../rest/operations.ts';
import { listOperations } from '../rest/operations.ts';
import { PROOF_OPERATION } from '../rest/proof-operation.ts';
import type { AdmissionOf } from '../rest/rest-adapter.ts';
import { BASE_PATH, noSuchPath, restPaths, serveRest } from '../rest/rest-adapter.ts';
import type { Context, Services } from '../router/context.ts';
import { appRouter } from '../router/index.ts';
import type { KeyDelivery } from '../signing/key-delivery.ts';
import type { OpenBackup } from '../store/backup.ts';
import type { Store } from '../store/store.ts';
import { serveTrpc, trpcPaths } from '../trpc/route.ts';
import { Turns } from '../turns.ts';
import { serveBackup } from './backup-route.ts';
import { compressAnswers } from './compress.ts';
import { Console } from './console-files.ts';
import { fromFastify, logInternalError, sendError, TRPC_PATH } from './errors.ts';
import { addressOf } from './forwarded-addresses.ts';
import { refuseWhenStopping } from './graceful-stop.ts';
import { serveHealth } from './health.ts';
import { InFlight } from './in-flight.ts';
import { serveLogos } from './logo-route.ts';
import { requestCounter, serveMetrics } from './metrics-route.ts';
import { NOTICE_ROUTES, serveNotices } from './notice-route.ts';
import type { OpenStreams } from './open-streams.ts';
import { serveProof } from './proof-route.ts';
import {
  addFixedHeaders,
  addGuards,
  allowedMethods,
  answerBrokenHttp,
  ignoreExpectations,
  METHODS,
  originForm,
  refuseBadHost,
  refuseConnect,
  requestIds,
  sendTogether,
} from './protocol.ts';
import { serveReference } from './reference-page.ts';
import { serveVault, tokenHeaderOf, VAULT_ROUTE } from './vault-route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Made when it is first asked for. */
    admission: Admission | null;
  }
}

/** What the HTTP side needs from elsewhere. */
export interface AppDeps {
  readonly store: Store;
  readonly dns: Dns;
  readonly services: Services;
  readonly openBackup: OpenBackup;
  /** Null unless mail servers may fetch keys. */
  readonly keyDelivery: KeyDelivery | null;
  readonly limits: RateLimits;
  readonly streams: OpenStreams;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly version: string;
  readonly consoleFolder: string;
  /** Origins whose web pages may call the API. */
  readonly corsOrigins: readonly string[];
  /** Whose forwarded headers are believed. */
  readonly trustProxy: boolean | readonly string[];
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
  readonly httpLimits: HttpLimits;
}

/** The Fastify app: `/api/v1`, `/trpc`, `/openapi.json`, `/reference`, `/health`, `/metrics` and the console. It does not listen by itself. */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  const { log, metrics, stopping, httpLimits } = deps;
  const inFlight = new InFlight({
    maxWaiting: httpLimits.maxWaiting,
    ended: requestCounter(metrics, log),
  });
  const admissionOf: AdmissionOf = (request) => {
    request.admission ??= new Admission(deps, {
      tokenHeader: tokenHeaderOf(request),
      address: addressOf(request),
      enter: (account) => inFlight.enter(request, account),
    });
    return request.admission;
  };
  const contextOf = (request: FastifyRequest): Context => {
    const turns = new Turns();
    // REST has admitted its caller by now; over tRPC, the guard says whose turns they are.
    turns.account = request.identity?.account?.id ?? null;
    return { caller: admissionOf(request), services: deps.services, page: { next: null }, turns };
  };
  const operations = listOperations(appRouter);
  const webConsole = new Console(deps.consoleFolder);

  const app = fastify(serverOptions(deps, admissionOf));
  app.decorateRequest('admission', null).decorateRequest('identity', null);
  ignoreExpectations(app);
  refuseConnect(app);
  // Before an answer counts as begun: until then, the request counts for its account as waiting.
  compressAnswers(app);
  sendTogether(app);
  addGuards(app, [inFlight.track(app), refuseBadHost, refuseWhenStopping(stopping)]);
  if (deps.corsOrigins.length > 0) await app.register(import('@fastify/cors'), corsOptions(deps.corsOrigins));
  answerUnknownPaths(app, { admissionOf, methodsAt: allowedMethods(allPaths(operations, deps)), webConsole });
  answerErrors(app, log);
  const parts = { ...deps, admissionOf, contextOf, operations, tokens: deps.services.tokens };
  await app.register(async (rest) => serveRest(rest, parts), { prefix: BASE_PATH });
  await app.register(async (backup) => serveBackup(backup, parts), { prefix: BASE_PATH });
  await app.register(async (proof) => serveProof(proof, parts), { prefix: BASE_PATH });
  await app.register(async (trpc) => serveTrpc(trpc, parts), { prefix: TRPC_PATH });
  await app.register(async (pages) => {
    pages.addHook('onRequest', (request) => admissionOf(request).countPage());
    serveReference(pages, async () => {
      const { describeApi } = await import('../rest/openapi.ts');
      return describeApi([...operations, PROOF_OPERATION, BACKUP_OPERATION], deps.version);
    });
    serveLogos(pages, deps.services.accounts);
    serveNotices(pages, deps.services.subscriptions);
    webConsole.serve(pages);
  });
  if (deps.keyDelivery !== null) serveVault(app, admissionOf, deps.keyDelivery);
  serveHealth(app, deps.store, httpLimits, deps.services.keyZone);
  serveMetrics(app, metrics, admissionOf);
  return app;
}

function serverOptions(
  { trustProxy, httpLimits }: AppDeps,
  admissionOf: AdmissionOf,
): FastifyHttpOptions<Server> {
  return {
    // Fastify would make a logger for each request, which costs more than the few lines that name one.
    logger: false,
    genReqId: requestIds(),
    bodyLimit: REQUEST_LIMITS.bodyBytes,
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy],
    requestTimeout: httpLimits.requestTimeout,
    connectionTimeout: httpLimits.idleTimeout,
    keepAliveTimeout: httpLimits.idleTimeout,
    http: {
      headersTimeout: httpLimits.headersTimeout,
      connectionsCheckingInterval: httpLimits.checkInterval,
      // Refused in the catalogue's shape; Node's own answer has none.
      requireHostHeader: false,
    },
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => originForm(url),
    routerOptions: { maxParamLength: REQUEST_LIMITS.pathParameter },
    schemaController: { compilersFactory: { buildValidator: noJsonSchema, buildSerializer: noJsonSchema } },
    frameworkErrors: (error, request, reply) => {
      addFixedHeaders(reply);
      admissionOf(request)
        .settle()
        .then(() => fromFastify(error), fromFastify)
        .then((answered) => sendError(reply, answered));
    },
    clientErrorHandler: answerBrokenHttp,
  };
}

/** Routes have schemas of Zod's. Without this, Fastify would load Ajv at each start, a tenth of the time it takes. */
function noJsonSchema(): never {
  throw new Error('A route has a JSON schema, for which there is no compiler.');
}

/** Decided for each request: the plugin would refuse an OPTIONS that is no preflight in words of its own. */
function corsOptions(origins: readonly string[]): { delegator: FastifyCorsOptionsDelegateCallback } {
  const options = {
    origin: [...origins],
    methods: METHODS,
    allowedHeaders: ['authorization', 'content-type', 'last-event-id', 'trpc-accept'],
    exposedHeaders: ['link', 'retry-after', 'x-request-id'],
  };
  return {
    delegator: ({ headers }, done) => {
      const preflight = 'access-control-request-method' in headers && 'origin' in headers;
      done(null, { ...options, preflight });
    },
  };
}

function allPaths(operations: readonly RestOperation[], { keyDelivery }: AppDeps) {
  const pages = ['/', '/openapi.json', '/reference', '/health/live', '/health/ready', '/metrics'];
  const noticePages = NOTICE_ROUTES.map((path) => path.replace(':path', '{name}'));
  return [
    ...restPaths(operations),
    { path: BASE_PATH + BACKUP_OPERATION.meta.rest.path, method: 'GET' },
    { path: BASE_PATH + PROOF_OPERATION.meta.rest.path, method: 'POST' },
    ...trpcPaths(),
    ...(keyDelivery === null ? [] : [{ path: VAULT_ROUTE, method: 'GET' }]),
    ...noticePages.map((path) => ({ path, method: 'POST' })),
    ...[...pages, ...noticePages].flatMap((path) => ['GET', 'HEAD'].map((method) => ({ path, method }))),
  ];
}

interface UnknownPathOptions {
  readonly admissionOf: AdmissionOf;
  readonly methodsAt: (path: string) => readonly string[];
  readonly webConsole: Console;
}

/** 404, with a page for people where the console has one; 405 where the path takes other methods. */
function answerUnknownPaths(
  app: FastifyInstance,
  { admissionOf, methodsAt, webConsole }: UnknownPathOptions,
): void {
  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    await admissionOf(request).settle();
    const methods = methodsAt(request.url.split('?', 1)[0] ?? '');
    if (methods.length === 0) {
      if (webConsole.serveNotFoundPage(request, reply)) return;
      throw noSuchPath();
    }
    reply.header('allow', methods.join(', '));
    throw new LetterheadError(
      'method_not_allowed',
      `${request.method} isn't supported here; use ${inWords(methods)}.`,
    );
  };
  // Before the body is read, because nothing would use it.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuse(request, reply).catch(done);
    else done();
  });
  app.setNotFoundHandler(refuse);
}

/** `GET, HEAD or POST`. */
function inWords(methods: readonly string[]): string {
  return [methods.slice(0, -1).join(', '), methods.at(-1)].filter((part) => part !== '').join(' or ');
}

function answerErrors(app: FastifyInstance, log: FastifyBaseLogger): void {
  app.setErrorHandler((error, request, reply) => {
    const answered = fromFastify(error);
    logInternalError(log, request, answered);
    return sendError(reply, answered);
  });
}
