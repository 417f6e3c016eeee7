import { Agent } from 'node:http';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import type { HttpAnswer } from '../http-request.ts';
import { sendHttp } from '../http-request.ts';
import { FuzzScene } from './fuzz-scene.ts';
import type { RestRequest } from './rest-requests.ts';
import { pathWith, restRequests } from './rest-requests.ts';
import { expectCatalogued } from './told-nothing.ts';

test('any request to any REST operation is answered, or refused in the shape of the catalogue', async () => {
  const agent = new Agent({ keepAlive: true });
  await using scene = await FuzzScene.set();
  const statuses = new Set<number>();
  const requests = restRequests(
    JSON.parse((await sendHttp(scene.server.url, { path: '/openapi.json' })).text),
  );
  const property = fc.asyncProperty(requests, async (request) => {
    const answer = await send(scene, request, agent);
    statuses.add(answer.status);
    try {
      expectSound(request, answer, scene.server.dataDir);
    } finally {
      // What it was about may be gone or suspended: the next one gets another.
      if (answer.status === 204 || request.method === 'PATCH') await scene.refresh();
    }
  });
  await fc.assert(property, { numRuns: inject('fuzzRequests'), endOnFailure: false });
  agent.destroy();
  // It went everywhere, and not from one refusal to the next.
  for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 422]) expect(statuses).toContain(status);
  await scene.expectValidStore();
}, 600_000);

function send(scene: FuzzScene, request: RestRequest, agent: Agent): Promise<HttpAnswer> {
  const authorization = scene.authorizationOf(request.asker);
  return sendHttp(scene.server.url, {
    method: request.method,
    path: pathWith(request.path, scene.ids),
    headers: { ...(authorization === undefined ? {} : { authorization }), ...request.headers },
    body: request.body,
    agent,
  });
}

function expectSound({ method, documented }: RestRequest, answer: HttpAnswer, dataDir: string): void {
  const { status, headers, text } = answer;
  expect(status).toBeLessThan(500);
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  expect(headers).toHaveProperty('x-request-id');
  expect(headers).not.toHaveProperty('x-injected');
  // 400 of a Host that is none comes before any operation; 413 and 415 of a body that none asks for, too.
  if (documented !== null) expect([...documented, 400, 413, 415]).toContain(status);
  if (method === 'HEAD' || status === 204) expect(text).toBe('');
  else if (status >= 400) expectCatalogued(status, JSON.parse(text), dataDir);
  else if (headers['content-type']?.startsWith('application/json')) expectData(text);
}

/** Whether it is the envelope, with whole seconds in UTC, of years that there are. */
function expectData(text: string): void {
  const body = JSON.parse(text, (name, value) => {
    if (name.endsWith('_at') && value !== null)
      expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|Z)$/);
    return value;
  });
  expect(Object.keys(body)).toEqual(['data']);
}
