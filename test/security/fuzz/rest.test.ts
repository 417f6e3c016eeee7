import { Agent } from 'node:http';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import type { HttpAnswer } from '../http-request.ts';
import { sendHttp } from '../http-request.ts';
import { expectCatalogued } from './expect-catalogued.ts';
import { FuzzFixture } from './fuzz-fixture.ts';
import type { RestRequest } from './rest-requests.ts';
import { pathWith, restRequests } from './rest-requests.ts';

test('any request to any REST operation is answered, or refused in the shape of the catalogue', async () => {
  const agent = new Agent({ keepAlive: true });
  await using fixture = await FuzzFixture.create();
  const statuses = new Set<number>();
  const requests = restRequests(
    JSON.parse((await sendHttp(fixture.server.url, { path: '/openapi.json' })).text),
  );
  const property = fc.asyncProperty(requests, async (request) => {
    const answer = await send(fixture, request, agent);
    statuses.add(answer.status);
    try {
      expectSound(request, answer, fixture.server.dataDir);
    } finally {
      // The request may have deleted or suspended its target.
      if (answer.status === 204 || request.method === 'PATCH') await fixture.refresh();
    }
  });
  await fc.assert(property, { numRuns: inject('fuzzRequests'), endOnFailure: false });
  agent.destroy();
  // The requests reached all operations, and not only errors.
  for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 422]) expect(statuses).toContain(status);
  await fixture.expectValidStore();
}, 600_000);

function send(fixture: FuzzFixture, request: RestRequest, agent: Agent): Promise<HttpAnswer> {
  const authorization = fixture.authorizationOf(request.caller);
  return sendHttp(fixture.server.url, {
    method: request.method,
    path: pathWith(request.path, fixture.ids),
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
  // Answered before any operation: 400 for an invalid Host, 413 and 415 for a body that is not taken.
  if (documented !== null) expect([...documented, 400, 413, 415]).toContain(status);
  if (method === 'HEAD' || status === 204) expect(text).toBe('');
  else if (status >= 400) expectCatalogued(status, JSON.parse(text), dataDir);
  else if (headers['content-type']?.startsWith('application/json')) expectData(text);
}

/** Expects the envelope, with times in whole seconds in UTC and four-digit years. */
function expectData(text: string): void {
  const body = JSON.parse(text, (name, value) => {
    if (name.endsWith('_at') && value !== null)
      expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|Z)$/);
    return value;
  });
  expect(Object.keys(body)).toEqual(['data']);
}
