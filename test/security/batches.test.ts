import { expect, test } from 'vitest';
import { REQUEST_LIMITS } from '../../server/limits.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { sendHttp } from './http-request.ts';

const CALLS = 100;
const DOMAINS = 30;

async function startFilled(): Promise<TestServer> {
  const server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  const { domains } = server.letterhead;
  await Promise.all(
    Array.from({ length: DOMAINS }, (_, i) =>
      domains.create.mutate({ account: 1, domain: `d${i}.example.org` }),
    ),
  );
  return server;
}

/** Sends the same query `CALLS` times in one request. */
async function sendBatch({ url, token }: TestServer, procedure: string, input: object, accept = '*/*') {
  const inputs = Object.fromEntries(Array.from({ length: CALLS }, (_, i) => [i, { json: input }]));
  return sendHttp(url, {
    path: `/trpc/${Array(CALLS).fill(procedure).join()}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`,
    headers: { authorization: `Bearer ${token}`, 'trpc-accept': accept },
  });
}

test('a batch lists 1,000 rows, and is refused the calls beyond them, with what to do instead', async () => {
  await using server = await startFilled();
  const { status, headers, text } = await sendBatch(server, 'domains.list', { account: 1 });
  const answers: { error?: { json: { message: string; data: { code: string } } } }[] = JSON.parse(text);
  const served = answers.filter(({ error }) => error === undefined).length;
  expect([status, served]).toEqual([207, Math.ceil(REQUEST_LIMITS.rows / DOMAINS)]);
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  const refusal = answers.at(-1)?.error?.json;
  expect([refusal?.data.code, refusal?.message]).toEqual([
    'rate_limited',
    expect.stringContaining('Send the calls in requests of their own.'),
  ]);
});

test('a batch that is answered line by line has the same limit of rows', async () => {
  await using server = await startFilled();
  const { text } = await sendBatch(server, 'domains.list', { account: 1 }, 'application/jsonl');
  expect(text.match(/d0\.example\.org/g)?.length).toBe(Math.ceil(REQUEST_LIMITS.rows / DOMAINS));
  expect(text).toContain('Send the calls in requests of their own.');
});

test('a page of the console is served in one request, however much the account holds', async () => {
  await using server = await startFilled();
  const { domains, tokens, events } = server.letterhead;
  const lists = Array.from({ length: 80 }, () => domains.list.query({ account: 1 }).catch(() => null));
  const others = [domains.statuses.query({ account: 1 }), tokens.list.query({ account: 1 })];
  const log = events.list.query({ account: 1 });
  expect((await Promise.all(others)).map(({ length }) => length)).toEqual([DOMAINS, 1]);
  expect(await log).toHaveLength(DOMAINS + 2);
  await Promise.all(lists);
});

test('other requests are served while a long batch is under way', async () => {
  await using server = await startFilled();
  const order: string[] = [];
  const batch = sendBatch(server, 'domains.list', { account: 1 }).then(() => order.push('batch'));
  await server.rest('GET', '/token').then(() => order.push('other'));
  await batch;
  expect(order).toEqual(['other', 'batch']);
});
