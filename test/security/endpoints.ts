import type { TokenScope } from '@letterhead/shared';
import { ERROR_CATALOGUE } from '@letterhead/shared';
import type { RestOperation } from '../../server/rest/operations.ts';
import { listOperations } from '../../server/rest/operations.ts';
import { BASE_PATH } from '../../server/rest/rest-adapter.ts';
import { appRouter } from '../../server/router/index.ts';
import type { ProcedureDefinition } from './procedure-definitions.ts';
import { listProcedures, sampleInput } from './procedure-definitions.ts';
import type { RegisteredRoute } from './registered-routes.ts';

/** Ids that a call is about, which need not exist. */
export interface Target {
  readonly account: number;
  readonly domain: number;
  readonly token: number;
  readonly share: number;
  readonly webhook: number;
  readonly delivery: number;
}

export interface Answer {
  readonly status: number;
  /** The error code; null if the call was allowed. */
  readonly code: string | null;
}

/** A procedure over tRPC, or a route. */
export interface Endpoint {
  readonly name: string;
  /** Null for a route of no procedure. */
  readonly procedure: string | null;
  readonly scope: TokenScope | null;
  /** Whether it answers with a stream, which begins before it is refused. */
  readonly streams: boolean;
  /** Fields of its input. */
  readonly fields: readonly string[];
  call(url: string, authorization: string | null, target: Target): Promise<Answer>;
}

/** Where mail servers fetch keys. */
export const VAULT_ROUTE = '/vault/v1/dkim/:name';

const PROOF_ROUTE = '/api/v1/accounts/:account/domains/:id/proof';
const MESSAGE = { type: 'message/rfc822', body: 'From: help@example.org\r\n\r\nHello\r\n' };

/** Scopes of routes of no procedure. */
const OWN_SCOPES: Readonly<Record<string, TokenScope>> = {
  '/metrics': 'admin',
  '/api/v1/backup': 'admin',
  [VAULT_ROUTE]: 'keys:read',
  [PROOF_ROUTE]: 'domains:read',
};

/** Every procedure over tRPC. */
export function trpcEndpoints(): Endpoint[] {
  return listProcedures(appRouter).map((procedure) => ({
    name: `${procedure.path} over tRPC`,
    procedure: procedure.path,
    scope: procedure.meta?.scope ?? null,
    streams: procedure.type === 'subscription',
    fields: Object.keys(procedure.input?.shape ?? {}),
    async call(url, authorization, target) {
      const response = await callTrpc(
        url,
        authorization,
        procedure,
        inputFor(procedure.path, procedure, target),
      );
      return procedure.type === 'subscription' && response.ok
        ? readStream(response)
        : { status: response.status, code: trpcCode(await response.text()) };
    },
  }));
}

/** Every route but those of tRPC, which `trpcEndpoints` covers. */
export function routeEndpoints(routes: readonly RegisteredRoute[]): Endpoint[] {
  const operations = listOperations(appRouter);
  return routes
    .filter(({ url }) => !url.startsWith('/trpc/'))
    .map((route) => {
      const operation = operations.find((each) => isAt(each, route));
      return {
        name: `${route.method} ${route.url}`,
        procedure: operation?.procedure ?? null,
        scope: operation?.meta.scope ?? OWN_SCOPES[route.url] ?? null,
        streams: false,
        fields: Object.keys(operation?.input?.shape ?? {}),
        async call(url, authorization, target) {
          const response = await callRest(url, authorization, route, operation, target);
          const text = await response.text();
          const code = route.url === VAULT_ROUTE ? vaultCode(text, response.status) : restCode(text);
          return { status: response.status, code };
        },
      };
    });
}

function isAt({ meta: { rest } }: RestOperation, { method, url }: RegisteredRoute): boolean {
  const methods = rest.method === 'GET' ? ['GET', 'HEAD'] : [rest.method];
  return methods.includes(method) && url === BASE_PATH + rest.path.replace(/\{(\w+)\}/g, ':$1');
}

function callTrpc(
  url: string,
  authorization: string | null,
  { path, type }: ProcedureDefinition,
  input: object,
): Promise<Response> {
  const json = JSON.stringify({ json: input });
  const headers = { ...credentials(authorization), 'content-type': 'application/json' };
  return type === 'mutation'
    ? fetch(`${url}/trpc/${path}`, { method: 'POST', headers, body: json })
    : fetch(`${url}/trpc/${path}?input=${encodeURIComponent(json)}`, { headers });
}

function callRest(
  url: string,
  authorization: string | null,
  route: RegisteredRoute,
  operation: RestOperation | undefined,
  target: Target,
): Promise<Response> {
  const input: Record<string, unknown> =
    operation === undefined
      ? { ...target, id: target.domain }
      : inputFor(operation.procedure, operation, target);
  const path = route.url.replace(/:(\w+)/g, (_all, name: string) => String(input[name] ?? 1));
  const takesBody = operation?.takesBody ?? ['POST', 'PUT', 'PATCH'].includes(route.method);
  const json = { type: 'application/json', body: JSON.stringify(input) };
  const { type, body } = route.url === PROOF_ROUTE ? MESSAGE : json;
  return fetch(url + path, {
    method: route.method,
    headers: { ...credentials(authorization), ...(takesBody ? { 'content-type': type } : {}) },
    body: takesBody ? body : null,
  });
}

function credentials(authorization: string | null): Record<string, string> {
  return authorization === null ? {} : { authorization };
}

/** Fields of an input that are taken from the target. */
const TARGET_FIELDS: readonly string[] = [
  'account',
  'id',
  'share',
  'delivery',
  'lastEventId',
  'headers',
  'allow_unverified',
];

/** The domain of an account that is called. */
export function domainOf(account: number): string {
  return `tenancy-${account}.example`;
}

/** A valid input about the target. */
function inputFor(
  procedure: string,
  { input }: { readonly input: Parameters<typeof sampleInput>[0] | null },
  target: Target,
): Record<string, unknown> {
  const [resource] = procedure.split('.');
  const ids: Record<string, number> = { tokens: target.token, webhooks: target.webhook };
  const id = ids[resource ?? ''] ?? target.domain;
  const about: Record<string, unknown> = {
    ...target,
    id,
    // A stream of past events yields an item at once.
    lastEventId: 0,
    headers: `From: help@${domainOf(target.account)}`,
    allow_unverified: true,
  };
  const fields = Object.keys(input?.shape ?? {}).filter((name) => TARGET_FIELDS.includes(name));
  return {
    ...sampleInput(input ?? undefined),
    ...Object.fromEntries(fields.map((name) => [name, about[name]])),
  };
}

/** Reads the first item of a stream, or its error. */
async function readStream(response: Response): Promise<Answer> {
  let text = '';
  if (response.body === null) throw new Error('The stream has no body.');
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const [, refused] = /event: serialized-error\ndata: (.*)\n/.exec(text) ?? [];
    if (refused !== undefined) return { status: response.status, code: JSON.parse(refused).json.data.code };
    if (/^data: .*"kind".*\n/m.test(text)) return { status: response.status, code: null };
  }
  throw new Error(`The stream ended after ${JSON.stringify(text)}.`);
}

function trpcCode(text: string): string | null {
  return text === '' ? null : (JSON.parse(text).error?.json.data.code ?? null);
}

function restCode(text: string): string | null {
  return text.startsWith('{') ? (JSON.parse(text).code ?? null) : null;
}

/** The vault's errors have a status alone. */
function vaultCode(text: string, status: number): string | null {
  if (!text.startsWith('{"errors":')) return null;
  const entries = Object.entries(ERROR_CATALOGUE);
  return entries.find(([, error]) => error.status === status)?.[0] ?? null;
}
