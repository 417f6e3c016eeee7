import { IdSchema } from '@letterhead/shared';
import type { AnyTRPCProcedure } from '@trpc/server';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { listOperations } from '../../server/rest/operations.ts';
import { appRouter } from '../../server/router/index.ts';
import type { Meta } from '../../server/router/meta.ts';
import { authorizedProcedure } from '../../server/router/procedures.ts';
import { t } from '../../server/router/trpc.ts';
import { listProcedures } from '../../server/trpc/procedures.ts';
import { LoopbackPrimary } from '../key-zone/loopback-primary.ts';
import { startMailServer } from '../notices/mail-server.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { Endpoint } from './endpoints.ts';
import { routeEndpoints, trpcEndpoints, VAULT_ROUTE } from './endpoints.ts';
import type { RegisteredRoute } from './registered-routes.ts';
import { withRegisteredRoutes } from './registered-routes.ts';
import type { MovableClock } from './tenancy-matrix.ts';
import { callWithoutPermission, callWithPermission, createFixture, seen } from './tenancy-matrix.ts';

/** Public routes. A new route has to be added here, or protected. */
const PUBLIC = [
  '/openapi.json',
  '/reference',
  '/health/live',
  '/health/ready',
  '/logos/:account/:file',
  '/',
  '/accounts/*',
  '/share',
  '/notices/confirm/:path',
  '/notices/stop/:path',
  '/*',
];
/** Files of the built console. */
const CONSOLE_FILE = /^\/(?:assets\/)?[\w.-]+\.(?:html|js|css|svg)$/;

function isPublic({ method, url }: RegisteredRoute): boolean {
  // Whoever has the link in a mail may press its button.
  if (method === 'POST' && url.startsWith('/notices/')) return true;
  return ['GET', 'HEAD'].includes(method) && (PUBLIC.includes(url) || CONSOLE_FILE.test(url));
}

async function startWithEndpoints(
  clock: MovableClock,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ server: TestServer; endpoints: Endpoint[] }> {
  const environment = { RATE_LIMIT_PER_MINUTE: '0', KEY_DELIVERY: 'true', ...settings };
  const { started, routes } = await withRegisteredRoutes(() =>
    startTestServer({ environment, clock: () => clock.now }),
  );
  return {
    server: started,
    endpoints: [...trpcEndpoints(), ...routeEndpoints(routes.filter((route) => !isPublic(route)))],
  };
}

test('every procedure and every route keeps out callers without the right to it', async () => {
  const clock = { now: new Date() };
  await using mail = await startMailServer();
  await using zone = await LoopbackPrimary.start();
  const settings = { ...mail.environment, ...zone.settings };
  const { server, endpoints } = await startWithEndpoints(clock, settings);
  await using _ = server;
  expect(endpoints.length).toBeGreaterThan(30);
  const fixture = await createFixture(server, clock);
  const before = await seen(server, fixture.victim.account);
  expect(await callWithoutPermission(server.url, endpoints, fixture)).toEqual([]);
  expect(await seen(server, fixture.victim.account)).toEqual(before);
  // The same requests succeed with the right token, so it was the token alone that was refused.
  // PostgreSQL is backed up by its own tools.
  const isDatabase = process.env['TEST_STORE'] === 'postgres';
  expect(await callWithPermission(server, endpoints)).toEqual([
    // The second CNAME record of the domain is not published.
    'keys.rotate over tRPC: 422 rotation_under_way',
    'POST /api/v1/accounts/:account/domains/:id/keys: 422 rotation_under_way',
    ...(isDatabase ? ['GET /api/v1/backup: 503 unavailable'] : []),
    // The name that is asked for is no domain's.
    `GET ${VAULT_ROUTE}: 404 not_found`,
  ]);
}, 60_000);

test('a refusal does not tell which accounts exist', async () => {
  await using server = await startTestServer();
  const token = await server.makeToken(['domains:read', 'domains:write']);
  await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const [there, notThere] = await Promise.all(
    [2, 3].map(async (account) => (await server.rest('GET', `/accounts/${account}/domains`, { token })).text),
  );
  expect(there?.replaceAll('2', '3')).toBe(notThere);
});

/** Insecure procedures that somebody could add, and the expected finding. */
const forgetful: [string, AnyTRPCProcedure, string][] = [
  [
    'without a scope',
    authorizedProcedure.meta(at(null, '/leak')).query(() => 'x'),
    'domains.leak over tRPC answers 200 without an error to the victim’s own token without the scope domains:read',
  ],
  [
    'about an account that it calls otherwise, past the guard',
    authorizedProcedure
      .meta(at('domains:read', '/leak'))
      .input(z.object({ owner: IdSchema }))
      .query(() => 'x'),
    'domains.leak over tRPC answers 200 without an error to another account',
  ],
];

function at(scope: Meta['scope'], path: `/${string}`): Meta {
  return { scope, summary: 'Leak', rest: { method: 'GET', path, status: 200 } };
}

// The router's own record, which tRPC asks at each call.
const procedures: Record<string, unknown> = appRouter._def.procedures;

afterEach(() => {
  delete procedures['domains.leak'];
});

test.each(forgetful)(
  'the tenancy test finds a procedure that is added %s',
  async (_name, procedure, finding) => {
    procedures['domains.leak'] = procedure;
    const clock = { now: new Date() };
    const { server, endpoints } = await startWithEndpoints(clock);
    await using _ = server;
    const leaks = endpoints.filter((endpoint) => endpoint.procedure === 'domains.leak');
    expect(await callWithoutPermission(server.url, leaks, await createFixture(server, clock))).toContain(
      finding,
    );
  },
);

test('the tenancy test finds a route that is added beside the router', async () => {
  const clock = { now: new Date() };
  const { server } = await startWithEndpoints(clock);
  await using _ = server;
  const endpoints = routeEndpoints([{ method: 'GET', url: '/health/live' }]);
  expect(await callWithoutPermission(server.url, endpoints, await createFixture(server, clock))).toContain(
    'GET /health/live answers 200 without an error to nobody',
  );
});

test('a procedure that is added without the guard, or without saying its scope, stops the start', () => {
  procedures['domains.leak'] = t.procedure.meta(at('domains:read', '/leak')).query(() => 'x');
  expect(() => listOperations(appRouter)).toThrow('domains.leak is not built from the guard');
  expect(() => listProcedures(appRouter)).toThrow('domains.leak is not built from the guard');
  procedures['domains.leak'] = authorizedProcedure.query(() => 'x');
  expect(() => listProcedures(appRouter)).toThrow('domains.leak declares no scope');
});
