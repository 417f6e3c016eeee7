import { IdSchema } from '@letterhead/shared';
import type { AnyTRPCProcedure } from '@trpc/server';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { listOperations, listProcedures } from '../../server/rest/operations.ts';
import { appRouter } from '../../server/router/index.ts';
import type { Meta } from '../../server/router/meta.ts';
import { authorizedProcedure } from '../../server/router/procedures.ts';
import { t } from '../../server/router/trpc.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { Door } from './doors.ts';
import { routeDoors, trpcDoors } from './doors.ts';
import type { RegisteredRoute } from './registered-routes.ts';
import { withRegisteredRoutes } from './registered-routes.ts';
import type { MovableClock } from './tenancy-walk.ts';
import { seen, setTheScene, walk, walkAsWelcome } from './tenancy-walk.ts';

/** What is there for everybody, without a token. Whoever adds a route adds it here, or protects it. */
const PUBLIC = [
  '/openapi.json',
  '/reference',
  '/health/live',
  '/health/ready',
  '/',
  '/accounts/*',
  '/share',
  '/*',
];
/** The files that the console was built into. */
const CONSOLE_FILE = /^\/(?:assets\/)?[\w.-]+\.(?:html|js|css|svg)$/;

function isPublic({ method, url }: RegisteredRoute): boolean {
  return ['GET', 'HEAD'].includes(method) && (PUBLIC.includes(url) || CONSOLE_FILE.test(url));
}

async function startWithDoors(clock: MovableClock): Promise<{ server: TestServer; doors: Door[] }> {
  const environment = { RATE_LIMIT_PER_MINUTE: '0' };
  const { started, routes } = await withRegisteredRoutes(() =>
    startTestServer({ environment, clock: () => clock.now }),
  );
  return {
    server: started,
    doors: [...trpcDoors(), ...routeDoors(routes.filter((route) => !isPublic(route)))],
  };
}

test('every procedure and every route keeps out callers without the right to it', async () => {
  const clock = { now: new Date() };
  const { server, doors } = await startWithDoors(clock);
  await using _ = server;
  expect(doors.length).toBeGreaterThan(30);
  const scene = await setTheScene(server, clock);
  const before = await seen(server, scene.victim.account);
  expect(await walk(server.url, doors, scene)).toEqual([]);
  expect(await seen(server, scene.victim.account)).toEqual(before);
  // Each of them opens to whom it should, with the very same requests: it was the token alone that was refused.
  // A database is backed up by its own tools.
  const isDatabase = process.env['TEST_STORE'] === 'postgres';
  expect(await walkAsWelcome(server, doors)).toEqual(
    isDatabase ? ['GET /api/v1/backup: 503 unavailable'] : [],
  );
});

test('a refusal does not tell which accounts exist', async () => {
  await using server = await startTestServer();
  const token = await server.makeToken(['domains:read', 'domains:write']);
  await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const [there, notThere] = await Promise.all(
    [2, 3].map(async (account) => (await server.rest('GET', `/accounts/${account}/domains`, { token })).text),
  );
  expect(there?.replaceAll('2', '3')).toBe(notThere);
});

/** Procedures that somebody could add, and what is wrong with them. */
const forgetful: [string, AnyTRPCProcedure, string][] = [
  [
    'without a scope',
    authorizedProcedure.meta(at(null, '/leak')).query(() => 'x'),
    'domains.leak over tRPC answers 200 and opens to the victim’s own token without the scope domains:read',
  ],
  [
    'about an account that it calls otherwise, past the guard',
    authorizedProcedure
      .meta(at('domains:read', '/leak'))
      .input(z.object({ owner: IdSchema }))
      .query(() => 'x'),
    'domains.leak over tRPC answers 200 and opens to another account',
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
    const { server, doors } = await startWithDoors(clock);
    await using _ = server;
    const leaks = doors.filter((door) => door.procedure === 'domains.leak');
    expect(await walk(server.url, leaks, await setTheScene(server, clock))).toContain(finding);
  },
);

test('the tenancy test finds a route that is added beside the router', async () => {
  const clock = { now: new Date() };
  const { server } = await startWithDoors(clock);
  await using _ = server;
  const doors = routeDoors([{ method: 'GET', url: '/health/live' }]);
  expect(await walk(server.url, doors, await setTheScene(server, clock))).toContain(
    'GET /health/live answers 200 and opens to nobody',
  );
});

test('a procedure that is added without the guard, or without saying its scope, stops the start', () => {
  procedures['domains.leak'] = t.procedure.meta(at('domains:read', '/leak')).query(() => 'x');
  expect(() => listOperations(appRouter)).toThrow('domains.leak is not built from the guard');
  expect(() => listProcedures(appRouter)).toThrow('domains.leak is not built from the guard');
  procedures['domains.leak'] = authorizedProcedure.query(() => 'x');
  expect(() => listProcedures(appRouter)).toThrow('domains.leak declares no scope');
});
