import { Agent } from 'node:http';
import { ERROR_CATALOGUE } from '@letterhead/shared';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import type { HttpAnswer } from '../http-request.ts';
import { sendHttp } from '../http-request.ts';
import { expectCatalogued } from './expect-catalogued.ts';
import { FuzzFixture } from './fuzz-fixture.ts';
import type { TrpcRequest } from './trpc-requests.ts';
import { toHttp, trpcRequests } from './trpc-requests.ts';

test('any request to any tRPC procedure is answered, or refused in the shape of the catalogue', async () => {
  const agent = new Agent({ keepAlive: true });
  await using fixture = await FuzzFixture.create();
  const codes = new Set<string>();
  const property = fc.asyncProperty(trpcRequests, async (request) => {
    const answer = await send(fixture, request, agent);
    try {
      expectUnpolluted();
      for (const code of expectSound(request, answer, fixture.server.dataDir)) codes.add(code);
    } finally {
      if (request.method === 'POST' && answer.status < 300) await fixture.refresh();
    }
  });
  await fc.assert(property, { numRuns: inject('fuzzRequests') });
  agent.destroy();
  // The requests reached all procedures, and not only errors.
  const met = [
    'ok',
    'not_found',
    'method_not_allowed',
    'unauthenticated',
    'forbidden',
    'malformed_body',
    'invalid',
  ];
  for (const code of met) expect(codes).toContain(code);
  await fixture.expectValidStore();
}, 600_000);

function send(fixture: FuzzFixture, request: TrpcRequest, agent: Agent): Promise<HttpAnswer> {
  const authorization = fixture.authorizationOf(request.caller);
  const { headers, ...sent } = toHttp(request, fixture.ids);
  const shown = authorization === undefined ? {} : { authorization };
  return sendHttp(fixture.server.url, { ...sent, headers: { ...shown, ...headers }, agent });
}

/** A property on a shared prototype would appear on every object. */
function expectUnpolluted(): void {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
}

const ErrorShape = z.strictObject({
  code: z.int().negative(),
  message: z.string(),
  data: z.strictObject({
    code: z.enum(Object.keys(ERROR_CATALOGUE) as [keyof typeof ERROR_CATALOGUE]),
    httpStatus: z.int(),
    errors: z.record(z.string(), z.array(z.string())).optional(),
    path: z.string().optional(),
  }),
});

/** The result of each call: `ok`, or an error code. */
function expectSound({ method }: TrpcRequest, answer: HttpAnswer, dataDir: string): string[] {
  const { status, headers, text } = answer;
  expect(status).toBeLessThan(500);
  expect(headers['cache-control']).toContain('no-store');
  expect(headers['x-content-type-options']).toBe('nosniff');
  if (method === 'HEAD') return [];
  return answersIn(headers['content-type'] ?? '', text).map((one) => {
    if ('result' in one) return 'ok';
    const { message, data } = ErrorShape.parse(one.error?.json);
    const { code, errors, httpStatus } = data;
    expectCatalogued(httpStatus, { message, code, ...(errors === undefined ? {} : { errors }) }, dataDir);
    return code;
  });
}

/** What a call is answered with. */
interface CallAnswer {
  readonly result?: unknown;
  readonly error?: { readonly json: unknown };
}

function answersIn(type: string, text: string): CallAnswer[] {
  if (type.startsWith('text/event-stream')) {
    const [, refused] = /event: serialized-error\ndata: (.*)\n/.exec(text) ?? [];
    return [refused === undefined ? { result: text } : { error: JSON.parse(refused) }];
  }
  if (!text.includes('\n')) return [JSON.parse(text)].flat();
  // Lines that refer to one another (application/jsonl); each error is whole in one of them.
  const errors = text.matchAll(/\{"error":(\{"json":\{"code":-\d+,.*?"httpStatus":\d+.*?\}\}\})/g);
  return [...errors].map(([, error = '']) => ({ error: JSON.parse(error) }));
}
