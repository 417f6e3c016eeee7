import superjson from 'superjson';
import { expect, test } from 'vitest';
import { BEARER } from '../../server/auth/admission.ts';
import { DomainNameSchema } from '../../server/domains/domain-name.ts';
import { stripPorts } from '../../server/http/forwarded-addresses.ts';
import { REQUEST_LIMITS } from '../../server/limits.ts';
import { parseForm } from '../../server/rest/request-body.ts';
import { readPlainInput } from '../../server/trpc/input-types.ts';
import { startTestServer } from '../running-server.ts';
import { cpuOf, longestStretch } from './cpu-stretch.ts';

/** Just below the limit of a body. */
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

test('a repeated field of a form or a query is refused unless the field is a list', async () => {
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

test('a list of more than 100 elements is refused before each of them is checked, over REST and tRPC', async () => {
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

/** Makes an input of a given length, and the function that reads it. */
interface Growing {
  readonly name: string;
  readonly make: (length: number) => string;
  readonly take: (text: string) => unknown;
  /** Maximum length of the input. */
  readonly longest: number;
}

/** Returns the error if the input is refused. */
const take = (read: (text: string) => unknown) => (text: string) => {
  try {
    return read(text);
  } catch (refusal) {
    return refusal;
  }
};
const readForm = take(parseForm);
const readInput = take((text) => readPlainInput(JSON.parse(text)));
const readName = (text: string) => DomainNameSchema.safeParse(text);
const times = (piece: string) => (length: number) => piece.repeat(Math.floor(length / piece.length));
const LONGEST_BODY = REQUEST_LIMITS.bodyBytes;
const HEADERS = 16_000;

const GROWING: readonly Growing[] = [
  { name: 'a form of one long field', make: times('%41'), take: readForm, longest: LONGEST_BODY },
  { name: 'a form of many fields', make: times('a=b&'), take: readForm, longest: LONGEST_BODY },
  {
    name: 'a form of as many fields as are taken, long ones',
    make: (length) =>
      Array(100)
        .fill('a='.padEnd(length / 100 - 1, '+'))
        .join('&'),
    take: readForm,
    longest: LONGEST_BODY,
  },
  {
    name: 'JSON that is deep',
    make: (length) => `{"json":${times('[')(length / 2)}${times(']')(length / 2)}}`,
    take: readInput,
    longest: LONGEST_BODY,
  },
  {
    name: 'a list of numbers',
    make: (length) => `{"json":{"a":[${times('1,')(length)}1]}}`,
    take: readInput,
    longest: LONGEST_BODY,
  },
  {
    name: 'a long path in superjson’s notes',
    make: (length) => `{"json":{"a":1},"meta":{"values":{"${times('a.')(length)}":["Date"]}}}`,
    take: readInput,
    longest: LONGEST_BODY,
  },
  {
    name: 'a path of backslashes in superjson’s notes',
    make: (length) => `{"json":{"a":1},"meta":{"values":{"${times('\\\\')(length)}":["Date"]}}}`,
    take: readInput,
    longest: LONGEST_BODY,
  },
  {
    name: 'many paths in superjson’s notes',
    make: (length) =>
      `{"json":{},"meta":{"values":{${Array.from({ length: Math.floor(length / 18) }, (_, i) => `"a.${i}":["Date"]`).join()}}}}`,
    take: readInput,
    longest: LONGEST_BODY,
  },
  { name: 'a name of one letter', make: times('a'), take: readName, longest: LONGEST_BODY },
  { name: 'a name of dots', make: times('.'), take: readName, longest: LONGEST_BODY },
  { name: 'a name of short labels', make: times('a.'), take: readName, longest: LONGEST_BODY },
  { name: 'a name of hyphens', make: times('xn--'), take: readName, longest: LONGEST_BODY },
  { name: 'a name of letters beyond ASCII', make: times('ä'), take: readName, longest: LONGEST_BODY / 2 },
  {
    name: 'a forwarded address of many',
    make: times('1.2.3.4:5,'),
    take: (text) => stripPorts({ 'x-forwarded-for': text }),
    longest: HEADERS,
  },
  {
    name: 'an authorization of spaces',
    make: (length) => `Bearer ${times(' ')(length)}x y`,
    take: (text) => BEARER.exec(text),
    longest: HEADERS,
  },
];

test.each(GROWING)('the cost of reading $name grows no faster than its length', ({ make, take, longest }) => {
  const [quarter = 0, whole] = [longest / 4, longest].map((length) => {
    const text = make(length);
    return cpuOf(() => take(text), 7);
  });
  // A quadratic cost would be 16 times as much. Times below 1 ms are not measured precisely.
  expect(whole).toBeLessThan(9 * Math.max(quarter, 1));
  expect(whole).toBeLessThan(50);
});

test.each([
  ['a form of separators', 'application/x-www-form-urlencoded', fill('a&')],
  ['a form of one field', 'application/x-www-form-urlencoded', `domain=${fill('%61')}`],
  ['deep JSON', 'application/json', `{"domain":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ['a list of numbers', 'application/json', `{"domain":[${fill('1,')}1]}`],
  ['many names', 'application/json', `{${Array.from({ length: 5_000 }, (_, i) => `"n${i}":0`).join()}}`],
  ['a long name', 'application/json', `{"domain":"${fill('a.')}"}`],
])('a body of %s takes the main thread for less than 50 ms', async (_name, type, body) => {
  await using server = await startTestServer();
  const stretches: number[] = [];
  for (let i = 0; i < 5; i++) {
    stretches.push(
      await longestStretch(async () => {
        const answer = await server.rest('POST', '/accounts/1/domains', {
          body,
          headers: { 'content-type': type },
        });
        expect(answer.status).toBe(422);
      }),
    );
  }
  expect(Math.min(...stretches)).toBeLessThan(50);
});
