import type { Scope } from '@letterhead/shared';
import { describe, expect, test } from 'vitest';
import { addressNetwork } from '../../server/auth/rate-limits.ts';
import { ACCOUNT_LIMITS } from '../../server/limits.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { HttpAnswer, HttpRequest } from './http-request.ts';
import { sendHttp } from './http-request.ts';

const LIMIT = 5;
const WRONG = { authorization: `Bearer lh_${'A'.repeat(43)}` };

function startLimited(environment: Record<string, string> = {}): Promise<TestServer> {
  return startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: String(LIMIT), ...environment } });
}

/** The statuses of the same request, sent `times` times. */
async function statuses(server: TestServer, times: number, request: HttpRequest): Promise<number[]> {
  const answers: number[] = [];
  for (let i = 0; i < times; i++) answers.push((await sendHttp(server.url, request)).status);
  return answers;
}

function expectTooMany({ status, headers, text }: HttpAnswer): void {
  expect({ status, code: JSON.parse(text).code }).toEqual({ status: 429, code: 'rate_limited' });
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
}

const list = (token: string, account = 1): HttpRequest => ({
  path: `/api/v1/accounts/${account}/domains`,
  headers: { authorization: `Bearer ${token}` },
});

/** A token of another account. */
async function makeTokenOf(server: TestServer, account: number, scopes: Scope[] = ['domains:read']) {
  return (await server.letterhead.tokens.create.mutate({ account, name: 'x', scopes })).token;
}

describe('a token', () => {
  test('a token past its limit is refused with when to come again, and other tokens are not', async () => {
    await using server = await startLimited();
    const [token, other] = [
      await server.makeToken(['domains:read']),
      await server.makeToken(['domains:read']),
    ];
    expect(await statuses(server, LIMIT, list(token))).toEqual([200, 200, 200, 200, 200]);
    expectTooMany(await sendHttp(server.url, list(token)));
    expect(await statuses(server, 1, list(other))).toEqual([200]);
  });

  test('a token past its limit is refused the public pages as well', async () => {
    await using server = await startLimited();
    const authorization = `Bearer ${await server.makeToken(['domains:read'])}`;
    for (const path of ['/reference', '/openapi.json']) {
      const request: HttpRequest = { path, headers: { authorization } };
      expect(new Set(await statuses(server, LIMIT, request)).has(429)).toBe(path !== '/reference');
      expectTooMany(await sendHttp(server.url, request));
    }
  });

  test('requests that are forbidden or not found count for the token, and keep their own status', async () => {
    await using server = await startLimited();
    const token = await server.makeToken(['domains:read']);
    const nowhere = { path: '/nowhere', headers: { authorization: `Bearer ${token}` } };
    const unknownProcedure = { ...nowhere, path: '/trpc/no.such' };
    expect(await statuses(server, 2, list(token, 2))).toEqual([403, 403]);
    expect(await statuses(server, 2, nowhere)).toEqual([404, 404]);
    expect(await statuses(server, 1, unknownProcedure)).toEqual([404]);
    expectTooMany(await sendHttp(server.url, list(token)));
    expect(await statuses(server, 1, list(token, 2))).toEqual([403]);
    expect(await statuses(server, 1, nowhere)).toEqual([404]);
  });

  test('requests that tRPC refuses before it calls a procedure count for the token', async () => {
    await using server = await startLimited();
    const token = await server.makeToken(['domains:read']);
    const headers = { authorization: `Bearer ${token}` };
    const post = { method: 'POST', path: '/trpc/accounts.create' };
    const json = { ...headers, 'content-type': 'application/json' };
    expect([
      ...(await statuses(server, 1, {
        ...post,
        headers: { ...headers, 'content-type': 'text/plain' },
        body: 'x',
      })),
      ...(await statuses(server, 1, { ...post, headers })),
      ...(await statuses(server, 1, { ...post, headers: json, body: ' '.repeat(70_000) })),
      ...(await statuses(server, 1, { ...post, path: '/trpc/domains.get', headers: json, body: '{}' })),
      ...(await statuses(server, 1, { path: post.path, headers })),
    ]).toEqual([415, 415, 413, 405, 405]);
    expectTooMany(await sendHttp(server.url, list(token)));
  });

  test('a token is counted for each procedure of a batch', async () => {
    await using server = await startLimited();
    const token = await server.makeToken(['domains:read']);
    const batch = (size: number): HttpRequest => ({
      path: `/trpc/${Array(size).fill('tokens.current').join()}?batch=1`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await statuses(server, 1, batch(LIMIT - 1))).toEqual([200]);
    const { status, text, headers } = await sendHttp(server.url, batch(2));
    expect(status).toBe(207);
    expect(JSON.parse(text)[1].error.json.data).toMatchObject({ code: 'rate_limited', httpStatus: 429 });
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });
});

describe('an account', () => {
  test('an account is refused past four times the limit of a token, however many tokens it has, and other accounts are not', async () => {
    await using server = await startLimited({ RATE_LIMIT_PER_MINUTE: '10' });
    const { letterhead } = server;
    const { id } = await letterhead.accounts.create.mutate({ name: 'Other' });
    const tokens: string[] = [];
    for (let i = 0; i < 5; i++) tokens.push(await makeTokenOf(server, id));
    const [last = '', ...others] = tokens;
    for (const token of others) {
      expect(await statuses(server, 10, list(token, id))).toEqual(Array(10).fill(200));
    }
    expectTooMany(await sendHttp(server.url, list(last, id)));
    expect(await statuses(server, 1, list(server.token))).toEqual([200]);
  });

  test('the requests of share links count for their account', async () => {
    await using server = await startLimited({ RATE_LIMIT_PER_MINUTE: '10' });
    const { domains, shares } = server.letterhead;
    const { id } = await domains.create.mutate({ account: 1, domain: 'example.org' });
    const links: string[] = [];
    for (let i = 0; i < 4; i++) links.push((await shares.create.mutate({ account: 1, id })).token);
    const asked: number[] = [];
    for (const token of links) {
      const headers = { authorization: `Bearer ${token}` };
      asked.push(...(await statuses(server, 10, { path: '/api/v1/share', headers })));
    }
    // The domain and the links themselves were five of 40.
    expect(asked).toEqual([...Array(35).fill(200), ...Array(5).fill(429)]);
  });
});

describe('acts whose events are kept for long', () => {
  const create = (server: TestServer, token: string) =>
    server.rest('POST', '/accounts/1/tokens', { token, json: { name: 'x', scopes: ['domains:read'] } });

  test('acts whose events are kept for long are limited to 100 an hour per account, and taking rights away is never refused', async () => {
    await using server = await startTestServer();
    const { letterhead } = server;
    const { id } = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    const second = await letterhead.tokens.create.mutate({ account: 1, name: 'x', scopes: ['admin'] });
    await letterhead.accounts.create.mutate({ name: 'Other' });
    const share = await letterhead.shares.create.mutate({ account: 1, id });
    await letterhead.accounts.update.mutate({ account: 2, suspended: true });
    for (let i = 4; i < ACCOUNT_LIMITS.auditedActsPerHour; i++) {
      expect((await create(server, i % 2 === 0 ? server.token : second.token)).status).toBe(201);
    }
    const { status, headers, body } = await create(server, second.token);
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(60);
    const refused = [
      await server.rest('POST', '/accounts', { json: { name: 'x' } }),
      await server.rest('PATCH', '/accounts/2', { json: { suspended: false } }),
      await server.rest('POST', `/accounts/1/domains/${id}/shares`),
    ];
    expect(refused.map((answer) => answer.status)).toEqual([429, 429, 429]);
    const allowed = [
      await server.rest('DELETE', `/accounts/1/domains/${id}/shares/${share.id}`),
      await server.rest('DELETE', `/accounts/1/tokens/${second.id}`),
      await server.rest('DELETE', '/accounts/2'),
      await server.rest('DELETE', `/accounts/1/domains/${id}`),
    ];
    expect(allowed.map((answer) => answer.status)).toEqual([204, 204, 204, 204]);
  });

  test('an act whose event is kept for long counts for the account of the token that acts, and for no other', async () => {
    await using server = await startTestServer();
    const { id } = await server.letterhead.accounts.create.mutate({ name: 'Other' });
    const other = await makeTokenOf(server, id, ['admin']);
    for (let i = 0; i < ACCOUNT_LIMITS.auditedActsPerHour; i++) {
      expect((await create(server, other)).status).toBe(201);
    }
    expect((await create(server, other)).status).toBe(429);
    expect((await create(server, server.token)).status).toBe(201);
  });
});

describe('an address without a token of ours', () => {
  const uncounted: [string, HttpRequest, number][] = [
    ['wrong tokens', { path: '/api/v1/token', headers: WRONG }, 401],
    ['no token', { path: '/api/v1/accounts/1/domains' }, 401],
    [
      'wrong tokens with a body',
      { method: 'POST', path: '/api/v1/accounts', headers: WRONG, body: 'x=1' },
      401,
    ],
    ['wrong tokens over tRPC', { path: '/trpc/tokens.current', headers: WRONG }, 401],
    ['wrong tokens at /metrics', { path: '/metrics', headers: WRONG }, 401],
    ['paths that lead nowhere', { path: '/nowhere' }, 404],
    ['paths that are none', { path: '/api/v1/accounts/%ZZ/domains' }, 404],
    ['ids that are none', { path: '/api/v1/accounts/one/domains' }, 404],
    ['parts of paths that are too long', { path: `/api/v1/accounts/${'1'.repeat(6000)}/domains` }, 404],
    ['procedures that are not there', { path: '/trpc/no.such' }, 404],
    ['bodies for procedures that are not there', { method: 'POST', path: '/trpc/no.such', body: '{}' }, 404],
    ['methods that a procedure does not take', { path: '/trpc/accounts.create' }, 405],
    ['batches that are too large', { path: `/trpc/${Array(101).fill('domains.get').join()}?batch=1` }, 400],
    ['methods that a path does not take', { method: 'PATCH', path: '/api/v1/accounts/1/domains' }, 405],
    ['public pages', { path: '/reference' }, 200],
  ];
  test.each(uncounted)(
    'an address without a valid token is counted for %s',
    async (_name, request, status) => {
      await using server = await startLimited();
      expect(await statuses(server, LIMIT, request)).toEqual(Array(LIMIT).fill(status));
      const { headers, text } = await sendHttp(server.url, request);
      expect(text).toContain('"code":"rate_limited"');
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    },
  );

  test('an address past its limit is refused alone: other addresses, and tokens at the same one, are not', async () => {
    await using server = await startLimited();
    const wrong = { path: '/api/v1/token', headers: WRONG };
    expect((await statuses(server, LIMIT + 1, { ...wrong, from: '127.0.0.2' })).at(-1)).toBe(429);
    expect(await statuses(server, 1, { ...wrong, from: '127.0.0.3' })).toEqual([401]);
    expect(await statuses(server, 1, { ...list(server.token), from: '127.0.0.2' })).toEqual([200]);
  });

  test('an address is counted for each procedure of a batch', async () => {
    await using server = await startLimited();
    const path = `/trpc/${Array(LIMIT).fill('tokens.current').join()}?batch=1`;
    expect(await statuses(server, 2, { path, headers: WRONG })).toEqual([401, 429]);
  });

  test('health checks do not count for an address', async () => {
    await using server = await startLimited();
    expect(await statuses(server, LIMIT + 1, { path: '/health/live' })).toEqual(Array(LIMIT + 1).fill(200));
    expect(await statuses(server, LIMIT + 1, { path: '/health/ready' })).toEqual(Array(LIMIT + 1).fill(200));
  });
});

describe('checks that are asked for', () => {
  const verify = (server: TestServer, id: number) =>
    server.rest('POST', `/accounts/1/domains/${id}/verify-dns`);

  test('requested checks are limited to 10 a minute for one domain', async () => {
    await using server = await startTestServer();
    for (const name of ['a.example.org', 'b.example.org'])
      await server.letterhead.domains.create.mutate({ account: 1, domain: name });
    for (let i = 0; i < 10; i++) expect((await verify(server, 1)).status).toBe(200);
    const { status, headers, body } = await verify(server, 1);
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await verify(server, 2)).status).toBe(200);
  });

  test('requested checks are limited to 60 a minute for one account, share links included', async () => {
    await using server = await startTestServer();
    const { domains, shares } = server.letterhead;
    for (let id = 1; id <= 7; id++) await domains.create.mutate({ account: 1, domain: `d${id}.example.org` });
    for (let check = 0; check < 60; check++) expect((await verify(server, (check % 6) + 1)).status).toBe(200);
    expect((await verify(server, 7)).status).toBe(429);
    const { token } = await shares.create.mutate({ account: 1, id: 7 });
    expect((await server.rest('POST', '/share/verify-dns', { token })).status).toBe(429);
  });
});

test('a rate limit of 0 turns every rate limit off', async () => {
  await using server = await startLimited({ RATE_LIMIT_PER_MINUTE: '0' });
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const path = `/trpc/${Array(100).fill('tokens.current').join()}?batch=1`;
  const asked = await statuses(server, 7, { path, headers: WRONG });
  for (let i = 0; i < 11; i++)
    asked.push((await server.rest('POST', '/accounts/1/domains/1/verify-dns')).status);
  expect([...new Set(asked)]).toEqual([401, 200]);
});

describe('forwarded addresses', () => {
  const from = (address: string): HttpRequest => ({
    path: '/api/v1/token',
    headers: { ...WRONG, 'x-forwarded-for': address },
  });

  /** The address in the event of a change. */
  async function actorOf(server: TestServer, address: string): Promise<unknown> {
    await server.rest('POST', '/accounts/1/tokens', {
      json: { name: 'x', scopes: ['domains:read'] },
      headers: { 'x-forwarded-for': address },
    });
    return (await server.letterhead.events.list.query({ account: 1 })).at(-1)?.actor;
  }

  test('forwarded addresses are ignored without TRUST_PROXY', async () => {
    await using server = await startLimited();
    for (let i = 0; i < LIMIT; i++) expect(await statuses(server, 1, from(`192.0.2.${i}`))).toEqual([401]);
    expect(await statuses(server, 1, from('192.0.2.99'))).toEqual([429]);
    expect(await actorOf(server, '192.0.2.1')).toEqual({ kind: 'token', token_id: 1, address: '127.0.0.1' });
  });

  test('forwarded addresses count with TRUST_PROXY, and an IPv6 network counts as one address', async () => {
    await using server = await startLimited({ TRUST_PROXY: 'true' });
    expect((await statuses(server, LIMIT + 1, from('192.0.2.1'))).at(-1)).toBe(429);
    expect(await statuses(server, 1, from('192.0.2.2'))).toEqual([401]);
    expect((await statuses(server, LIMIT, from('2001:db8:0:1::1'))).at(-1)).toBe(401);
    expect(await statuses(server, 1, from('2001:db8:0:1:ffff::2'))).toEqual([429]);
    expect(await statuses(server, 1, from('2001:db8:0:2::1'))).toEqual([401]);
    expect(await actorOf(server, '192.0.2.1')).toMatchObject({ address: '192.0.2.1' });
  });

  test('a forwarded address may have a port', async () => {
    await using server = await startLimited({ TRUST_PROXY: '127.0.0.1, 10.0.0.0/8' });
    for (let i = 0; i < LIMIT; i++) {
      expect(await statuses(server, 1, from(`192.0.2.1:${5678 + i}, 10.1.2.3:443`))).toEqual([401]);
    }
    expect(await statuses(server, 1, from('192.0.2.1, 10.1.2.3'))).toEqual([429]);
    expect(await statuses(server, 1, from('192.0.2.2:5678, 10.1.2.3:443'))).toEqual([401]);
    expect(await actorOf(server, '[2001:db8::1]:443')).toMatchObject({ address: '2001:db8::1' });
    expect(await actorOf(server, '[192.0.2.1]:443')).toMatchObject({ address: '127.0.0.1' });
  });

  test('a forwarded address that is not an address is not believed', async () => {
    await using server = await startLimited({ TRUST_PROXY: 'true' });
    expect(await actorOf(server, `<script>${'x'.repeat(5000)}`)).toMatchObject({ address: '127.0.0.1' });
  });

  test('forwarded addresses are believed only from the named proxies', async () => {
    await using server = await startLimited({ TRUST_PROXY: '127.0.0.2, 10.0.0.0/8' });
    expect(await actorOf(server, '192.0.2.1')).toMatchObject({ address: '127.0.0.1' });
    const flood = await statuses(server, LIMIT + 1, { ...from('192.0.2.7, 10.1.2.3'), from: '127.0.0.2' });
    expect(flood.at(-1)).toBe(429);
    expect(await statuses(server, 1, { ...from('192.0.2.8'), from: '127.0.0.2' })).toEqual([401]);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8:1:2:3::', '2001:db8:1:2::/64'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['::5:6:7:192.0.2.1', '0:0:0:5::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the address %s is counted as %s', (address, network) => {
  expect(addressNetwork(address)).toBe(network);
});
