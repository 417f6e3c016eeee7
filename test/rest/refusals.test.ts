import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RestAnswer, RestOptions, TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';

const DOMAINS = '/accounts/1/domains';

/** Shared by the tests that leave no domain in it. */
let shared: TestServer;
beforeAll(async () => {
  shared = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
});
afterAll(() => shared[Symbol.asyncDispose]());

function expectRefusal(answer: RestAnswer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body?.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const withErrors = code === 'invalid' || code === 'domain_taken';
  expect(Object.keys(answer.body)).toEqual(withErrors ? ['message', 'code', 'errors'] : ['message', 'code']);
  expect(answer.body.message).toMatch(/^[A-Z"].*[.:…]/);
  expect(answer.text).not.toMatch(/node_modules|\.ts\b|at Object|ZodError|FST_|TRPC/);
}

describe('each row of the table', () => {
  const rows: [string, string, string, RestOptions, number, string][] = [
    ['no such path', 'GET', '/nowhere', {}, 404, 'not_found'],
    ['a path parameter that is no number', 'GET', '/accounts/one/domains', {}, 404, 'not_found'],
    ['a path parameter that is not positive', 'GET', '/accounts/0/domains', {}, 404, 'not_found'],
    ['a path parameter with a sign', 'GET', `${DOMAINS}/+1`, {}, 404, 'not_found'],
    ['a path parameter past all integers', 'GET', `${DOMAINS}/99999999999999999999`, {}, 404, 'not_found'],
    ['a path that is no well-formed one', 'GET', '/accounts/%ZZ/domains', {}, 404, 'not_found'],
    ['a wrong method', 'PATCH', DOMAINS, {}, 405, 'method_not_allowed'],
    ['a method that is not HTTP’s everyday', 'PROPFIND', DOMAINS, {}, 405, 'method_not_allowed'],
    ['no token', 'GET', DOMAINS, { token: null }, 401, 'unauthenticated'],
    ['a token of nobody', 'GET', DOMAINS, { token: `lh_${'A'.repeat(43)}` }, 401, 'unauthenticated'],
    ['half a token', 'GET', DOMAINS, { token: 'lh_half' }, 401, 'unauthenticated'],
    [
      'another content-type',
      'POST',
      DOMAINS,
      { body: 'x', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported_media_type',
    ],
    [
      'a body without a content-type',
      'POST',
      DOMAINS,
      { body: new Uint8Array([120]) },
      415,
      'unsupported_media_type',
    ],
    ['1 MB of form', 'POST', DOMAINS, { form: `domain=${'a'.repeat(1_000_000)}` }, 413, 'payload_too_large'],
    ['1 MB of JSON', 'POST', DOMAINS, { json: { domain: 'a'.repeat(1_000_000) } }, 413, 'payload_too_large'],
    [
      'half a JSON',
      'POST',
      DOMAINS,
      { body: '{"domain":', headers: { 'content-type': 'application/json' } },
      400,
      'malformed_body',
    ],
    ['JSON that is a list', 'POST', DOMAINS, { json: ['example.org'] }, 400, 'malformed_body'],
    ['JSON that is null', 'POST', DOMAINS, { json: null }, 400, 'malformed_body'],
    [
      'JSON that is not UTF-8',
      'POST',
      DOMAINS,
      { body: new Uint8Array([0x7b, 0xff, 0x7d]), headers: { 'content-type': 'application/json' } },
      400,
      'malformed_body',
    ],
    ['no field', 'POST', DOMAINS, { json: {} }, 422, 'invalid'],
    ['no body at all', 'POST', DOMAINS, {}, 422, 'invalid'],
    [
      'no body, and a type for it',
      'POST',
      DOMAINS,
      { body: '', headers: { 'content-type': 'text/plain' } },
      422,
      'invalid',
    ],
    ['a page that is only read', 'POST', '/../../openapi.json', {}, 405, 'method_not_allowed'],
    [
      'an empty JSON body',
      'POST',
      DOMAINS,
      { body: '', headers: { 'content-type': 'application/json' } },
      422,
      'invalid',
    ],
    ['a field of another type', 'POST', DOMAINS, { json: { domain: 42 } }, 422, 'invalid'],
    ['a field that is an object', 'POST', DOMAINS, { json: { domain: { a: 1 } } }, 422, 'invalid'],
    ['a repeated form field', 'POST', DOMAINS, { form: 'domain=a.example&domain=b.example' }, 422, 'invalid'],
    ['a nested form field', 'POST', DOMAINS, { form: 'domain[name]=example.org' }, 422, 'invalid'],
    ['a form field named __proto__', 'POST', DOMAINS, { form: '__proto__=x&constructor=y' }, 422, 'invalid'],
    ['a name with a NUL', 'POST', DOMAINS, { json: { domain: 'exam\u0000ple.org' } }, 422, 'invalid'],
    [
      'a name of 300 characters',
      'POST',
      DOMAINS,
      { json: { domain: `${'a.'.repeat(148)}org` } },
      422,
      'invalid',
    ],
    ['a family of emoji', 'POST', DOMAINS, { json: { domain: '👨‍👩‍👧.org' } }, 422, 'invalid'],
    ['a public suffix', 'POST', DOMAINS, { form: 'domain=co.uk' }, 422, 'invalid'],
    ['a query value that breaks a rule', 'GET', `${DOMAINS}?limit=1001`, {}, 422, 'invalid'],
    ['a query value that is no number', 'GET', `${DOMAINS}?limit=ten`, {}, 422, 'invalid'],
    ['a repeated query value', 'GET', `${DOMAINS}?after=1&after=2`, {}, 422, 'invalid'],
    ['a query value that is neither true nor false', 'GET', `${DOMAINS}?verified=yes`, {}, 422, 'invalid'],
    ['no such domain', 'GET', `${DOMAINS}/7`, {}, 404, 'not_found'],
    ['no such domain to delete', 'DELETE', `${DOMAINS}/7`, {}, 404, 'not_found'],
    ['no such domain to verify', 'POST', `${DOMAINS}/7/verify-dns`, {}, 404, 'not_found'],
    ['no such account, for an admin', 'GET', '/accounts/7/domains', {}, 404, 'not_found'],
    ['no such token', 'DELETE', '/accounts/1/tokens/777', {}, 404, 'not_found'],
  ];
  test.each(rows)(
    'a request is refused with the status and code of the table: %s',
    async (_name, method, path, options, status, code) => {
      expectRefusal(await shared.rest(method, path, options), status, code);
    },
  );

  test('a 405 names the allowed methods', async () => {
    expect((await shared.rest('PATCH', DOMAINS)).headers.get('allow')).toBe('POST, GET, HEAD');
    expect((await shared.rest('GET', `${DOMAINS}/1/verify-dns`)).headers.get('allow')).toBe('POST');
  });

  test('a 401 says how to authenticate', async () => {
    expect((await shared.rest('GET', DOMAINS, { token: null })).headers.get('www-authenticate')).toBe(
      'Bearer',
    );
  });

  test('a token of another account is refused, whether or not that account exists', async () => {
    const token = await shared.makeToken(['domains:read', 'domains:write']);
    expectRefusal(await shared.rest('GET', '/accounts/2/domains', { token }), 403, 'forbidden');
    expectRefusal(await shared.rest('GET', '/accounts/999/domains', { token }), 403, 'forbidden');
  });

  test('a token without the scope is refused', async () => {
    const token = await shared.makeToken(['domains:read']);
    expect((await shared.rest('GET', DOMAINS, { token })).status).toBe(200);
    expectRefusal(
      await shared.rest('POST', DOMAINS, { token, form: 'domain=example.org' }),
      403,
      'forbidden',
    );
  });

  test('a name that is held already is refused with the domain that holds it', async () => {
    await using server = await startTestServer();
    await server.rest('POST', DOMAINS, { form: 'domain=example.org' });
    await server.rest('POST', DOMAINS, { form: 'domain=example.net' });
    const created = await server.rest('POST', DOMAINS, { form: 'domain=Example.ORG.' });
    expectRefusal(created, 422, 'domain_taken');
    expect(created.body.errors.domain[0]).toContain('domain 1');
    expectRefusal(
      await server.rest('PUT', `${DOMAINS}/2`, { form: 'domain=example.org' }),
      422,
      'domain_taken',
    );
  });

  test('a domain is refused when the account is full', async () => {
    await using server = await startTestServer({ environment: { MAX_DOMAINS_PER_ACCOUNT: '1' } });
    await server.rest('POST', DOMAINS, { form: 'domain=a.example' });
    expectRefusal(await server.rest('POST', DOMAINS, { form: 'domain=b.example' }), 422, 'quota_exceeded');
  });
});

describe('the order of the table', () => {
  const rows: [string, string, string, RestOptions, number][] = [
    ['404 before 405', 'PATCH', '/accounts/one/domains', {}, 404],
    ['405 before 401', 'PATCH', DOMAINS, { token: null }, 405],
    [
      '401 before 415',
      'POST',
      DOMAINS,
      { token: null, body: 'x', headers: { 'content-type': 'text/plain' } },
      401,
    ],
    ['401 before 413', 'POST', DOMAINS, { token: null, form: 'a'.repeat(100_000) }, 401],
    [
      '415 before 413',
      'POST',
      DOMAINS,
      { body: 'a'.repeat(100_000), headers: { 'content-type': 'text/plain' } },
      415,
    ],
    [
      '413 before 400',
      'POST',
      DOMAINS,
      { body: '{'.repeat(100_000), headers: { 'content-type': 'application/json' } },
      413,
    ],
    ['422 before the domain’s own 404', 'PUT', `${DOMAINS}/7`, { form: 'domain=' }, 422],
    ['422 before the account’s own 404', 'POST', '/accounts/7/domains', { form: 'domain=' }, 422],
  ];
  test.each(rows)(
    'a request with two errors gets the first one in the order of the table: %s',
    async (_name, method, path, options, status) => {
      expect((await shared.rest(method, path, options)).status).toBe(status);
    },
  );

  test('a request with two errors gets 403 before 415 and 422', async () => {
    const token = await shared.makeToken(['domains:read']);
    const plain = { token, body: 'x', headers: { 'content-type': 'text/plain' } };
    expect((await shared.rest('POST', DOMAINS, plain)).status).toBe(403);
    expect((await shared.rest('POST', DOMAINS, { token, form: 'domain=' })).status).toBe(403);
    expect((await shared.rest('GET', '/accounts/2/domains?limit=no', { token })).status).toBe(403);
  });
});

describe('a token’s end', () => {
  const create = (expires_at: unknown) => ({ json: { name: 'x', scopes: ['domains:read'], expires_at } });

  test.each([
    [[2030]],
    [4_102_444_800_000],
    [true],
    ['1'],
    ['May 3 2030'],
    ['2030-01-01T00:00:00'],
    ['2030-02-30'],
    ['+010000-01-01T00:00:00Z'],
  ])('the expiry time of a token cannot be %j', async (end) => {
    const refused = await shared.rest('POST', '/accounts/1/tokens', create(end));
    expectRefusal(refused, 422, 'invalid');
    expect(Object.keys(refused.body.errors)).toEqual(['expires_at']);
  });

  test.each([
    ['2030-01-31', '2030-01-31T00:00:00+00:00'],
    ['2030-01-31T12:00:00Z', '2030-01-31T12:00:00+00:00'],
    ['2030-01-31T12:00:00.500+02:00', '2030-01-31T10:00:00+00:00'],
    [null, null],
  ])('the expiry time of a token can be %j', async (end, spelt) => {
    const { status, body } = await shared.rest('POST', '/accounts/1/tokens', create(end));
    expect([status, body.data.expires_at]).toEqual([201, spelt]);
  });
});

test('a query value that is a number, but not a whole one, is refused with that reason', async () => {
  const refused = await shared.rest('GET', `${DOMAINS}?limit=1.5`);
  expect(refused.body.errors).toEqual({ limit: ['Give limit as a whole number.'] });
});

test('an error within a list is reported for the field that holds the list', async () => {
  const sentence = 'Give scopes as one of: domains:read, domains:write, domains:sign, admin, keys:read.';
  for (const options of [{ form: 'name=x&scopes=share' }, { json: { name: 'x', scopes: [1, 'share'] } }]) {
    const refused = await shared.rest('POST', '/accounts/1/tokens', options);
    expectRefusal(refused, 422, 'invalid');
    expect(refused.body.errors).toEqual({ scopes: [sentence] });
  }
});

test('unknown fields are ignored, and none overrides the path', async () => {
  await using server = await startTestServer();
  const { status, body } = await server.rest('POST', DOMAINS, {
    json: { domain: 'example.org', account: 9, id: 9, colour: 'red' },
  });
  expect([status, body.data.id, body.data.account_id]).toEqual([201, 1, 1]);
});
