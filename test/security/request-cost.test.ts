import superjson from 'superjson';
import { expect, test } from 'vitest';
import { readPlainInput } from '../../server/router/plain-input.ts';
import { startTestServer } from '../running-server.ts';

/** Nearly all that a body may hold. */
const FULL = 64_000;

const fill = (piece: string): string => piece.repeat(Math.floor(FULL / piece.length));
const distinct = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}`).join('&');

test.each([
  ['the same field again and again', fill('a&')],
  ['a field that the input knows, again and again', fill('domain=x&')],
  ['as many different fields as fit', distinct(9_000)],
  ['nothing but separators', fill('&')],
])('a form of %s is refused as invalid', async (_name, form) => {
  await using server = await startTestServer();
  const { status, body } = await server.rest('POST', '/accounts/1/domains', { form });
  expect([status, body.code]).toEqual([422, 'invalid']);
});

test('a repeated field of a form or a query is refused where it is no list, and taken where it is one', async () => {
  await using server = await startTestServer();
  const twice = await server.rest('POST', '/accounts/1/domains', {
    form: 'domain=a.example&domain=b.example',
  });
  expect([twice.status, twice.body.errors]).toEqual([422, { domain: ['Give domain once.'] }]);
  const query = await server.rest('GET', '/accounts/1/domains?limit=1&limit=2');
  expect([query.status, query.body.errors]).toEqual([422, { limit: ['Give limit once.'] }]);
  const list = await server.rest('POST', '/accounts/1/tokens', {
    form: 'name=x&scopes=domains:read&scopes=domains:write',
  });
  expect(list.body.data.scopes).toEqual(['domains:read', 'domains:write']);
});

test('a query of more than 100 values is refused as invalid', async () => {
  await using server = await startTestServer();
  for (const query of [fill('a&').slice(0, 12_000), 'limit=1&'.repeat(101), distinct(101)]) {
    const { status, body } = await server.rest('GET', `/accounts/1/domains?${query}`);
    expect([status, body.code]).toEqual([422, 'invalid']);
  }
});

test('a list of more than 100 elements is refused before each of them is looked at, over REST and tRPC', async () => {
  await using server = await startTestServer();
  const input = { account: 1, name: 'x', scopes: Array(20_000).fill(1) };
  const rest = await server.rest('POST', '/accounts/1/tokens', { json: input });
  expect([rest.status, rest.body.errors]).toEqual([422, { scopes: ['Give at most 100 values for scopes.'] }]);
  const trpc = await fetch(`${server.url}/trpc/tokens.create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ json: input }),
  });
  expect([trpc.status, await trpc.text()]).toEqual([422, expect.stringContaining('"code":"invalid"')]);
});

test('a path in superjson’s notes cannot make a list longer than it was sent', async () => {
  await using server = await startTestServer();
  const response = await fetch(`${server.url}/trpc/tokens.create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: '{"json":{"account":1,"name":"x","scopes":[]},"meta":{"values":{"scopes.4294967294":["undefined"]},"v":1}}',
  });
  expect(response.status).toBe(400);
  expect((await server.rest('GET', '/token')).status).toBe(200);
});

test.each([
  ['a list’s length', { json: { a: [1] }, meta: { values: { 'a.length': ['undefined'] }, v: 1 } }],
  ['a name that was not sent', { json: { a: 1 }, meta: { values: { b: ['undefined'] }, v: 1 } }],
  ['a prototype', JSON.parse('{"json":{"__proto__":{"x":1}},"meta":{"values":{"__proto__":["undefined"]}}}')],
  ['an inherited name', { json: {}, meta: { values: { 'constructor.name': ['undefined'] }, v: 1 } }],
  ['a part of a text', { json: { a: 'xyz' }, meta: { values: { 'a.0': ['undefined'] }, v: 1 } }],
  [
    'more paths than an input has fields',
    { json: {}, meta: { values: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [i, ['Date']])) } },
  ],
])('superjson’s notes are refused where they name %s', (_name, sent) => {
  expect(() => readPlainInput(sent)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});

test.each([
  [{ account: 1, expires_at: new Date(1e12), name: undefined }],
  [{ list: [new Date(1e12), Number.NaN, Number.POSITIVE_INFINITY], 'a.b': { 'c\\d.': undefined } }],
  [new Date(1e12)],
  [undefined],
  ['text'],
])('an input is read as superjson reads it', (input) => {
  expect(readPlainInput(JSON.parse(superjson.stringify(input)))).toEqual(input);
});
