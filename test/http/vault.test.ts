import { createPrivateKey, createPublicKey } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Domain, Scope } from '@letterhead/shared';
import { expect, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';

const ON = { environment: { KEY_DELIVERY: 'true' } };
const KEYS: Scope[] = ['keys:read'];

interface VaultAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly data?: { readonly selectors: readonly DeliveredKey[] }; errors?: string[] };
}

interface DeliveredKey {
  readonly domain: string;
  readonly selector: string;
  readonly key: string;
}

async function ask(
  url: string,
  token: string,
  name: string,
  headers: Record<string, string> = {},
): Promise<VaultAnswer> {
  const answer = await fetch(`${url}/vault/v1/dkim/${name}`, {
    headers: { 'x-vault-token': token, ...headers },
  });
  // `fetch` has no type for the body.
  const body = (await answer.json()) as VaultAnswer['body'];
  return { status: answer.status, headers: answer.headers, body };
}

/** The names of the domains whose keys are delivered; what is wrong otherwise. */
async function deliveredTo(server: TestServer, token: string, name: string): Promise<readonly string[]> {
  const { body } = await ask(server.url, token, name);
  return body.data?.selectors.map(({ domain }) => domain) ?? body.errors ?? [];
}

async function add(server: TestServer, domain: string, account = 1): Promise<Domain> {
  return server.letterhead.domains.create.mutate({ account, domain });
}

async function verify(server: TestServer, domain: Domain): Promise<Domain> {
  const { account_id: account, id } = domain;
  const [record] = domain.dns_records;
  const registrable =
    domain.subdomain === null ? domain.domain : domain.domain.slice(domain.subdomain.length + 1);
  server.dns.publish(`${record?.hostname}.${registrable}`, { TXT: [record?.value ?? ''] });
  return server.letterhead.domains.verifyDns.mutate({ account, id });
}

const NOT_VERIFIED = ['The DKIM record of example.org is not verified, so nothing is signed with its key.'];
const NOBODY = ['There is no domain of this name, or above it.'];

test('a mail server gets the key of a verified domain, and that is the key that is published', async () => {
  await using server = await startTestServer(ON);
  const token = await server.makeToken(KEYS);
  const domain = await add(server, 'example.org');
  expect(await deliveredTo(server, token, 'example.org')).toEqual(NOT_VERIFIED);
  await verify(server, domain);
  const { status, headers, body } = await ask(server.url, token, 'EXAMPLE.org');
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  const [record] = domain.dns_records;
  expect(body).toEqual({
    data: {
      selectors: [
        {
          domain: 'example.org',
          selector: record?.hostname.split('.')[0],
          key: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/),
          alg: 'rsa',
          valid_start: Math.floor(domain.created_at.getTime() / 1000),
          valid_end: 253_402_300_799,
        },
      ],
    },
  });
  const publicKey = createPublicKey(createPrivateKey(body.data?.selectors[0]?.key ?? ''));
  expect(record?.value).toBe(
    `k=rsa;p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
  );
});

test('the nearest domain that holds a name decides, and no other takes its place', async () => {
  await using server = await startTestServer(ON);
  const token = await server.makeToken(KEYS);
  await verify(server, await add(server, 'example.org'));
  expect(await deliveredTo(server, token, 'a.mail.example.org')).toEqual(['example.org']);
  const mail = await add(server, 'mail.example.org');
  expect(await deliveredTo(server, token, 'a.mail.example.org')).toEqual([
    NOT_VERIFIED[0]?.replace('example.org', 'mail.example.org'),
  ]);
  await verify(server, mail);
  expect(await deliveredTo(server, token, 'a.mail.example.org')).toEqual(['mail.example.org']);
  expect(await deliveredTo(server, token, 'example.net')).toEqual(NOBODY);
  expect(await deliveredTo(server, token, 'not%20a%20name')).toEqual(NOBODY);
});

test('a key is not delivered once its domain is lost, renamed or removed, or the token revoked', async () => {
  await using server = await startTestServer(ON);
  const { letterhead } = server;
  const token = await letterhead.tokens.create.mutate({ account: 1, name: 'Mail', scopes: KEYS });
  const { id, dns_records } = await verify(server, await add(server, 'example.org'));
  server.dns.publish(`${dns_records[0]?.hostname}.example.org`, null);
  await letterhead.domains.verifyDns.mutate({ account: 1, id });
  expect(await deliveredTo(server, token.token, 'example.org')).toEqual(NOT_VERIFIED);

  await verify(server, await letterhead.domains.get.query({ account: 1, id }));
  expect(await deliveredTo(server, token.token, 'example.org')).toEqual(['example.org']);
  await letterhead.domains.update.mutate({ account: 1, id, domain: 'example.net' });
  expect(await deliveredTo(server, token.token, 'example.org')).toEqual(NOBODY);

  const again = await verify(server, await add(server, 'example.org'));
  expect(await deliveredTo(server, token.token, 'example.org')).toEqual(['example.org']);
  await letterhead.domains.delete.mutate({ account: 1, id: again.id });
  expect(await deliveredTo(server, token.token, 'example.org')).toEqual(NOBODY);
  await letterhead.tokens.revoke.mutate({ account: 1, id: token.id });
  expect((await ask(server.url, token.token, 'example.org')).status).toBe(401);
});

test('a token reaches its own account, and beside admin every one that is not suspended', async () => {
  await using server = await startTestServer(ON);
  const { letterhead } = server;
  const other = await letterhead.accounts.create.mutate({ name: 'Other' });
  const [own, all] = [await server.makeToken(KEYS), await server.makeToken(['admin', 'keys:read'])];
  await verify(server, await add(server, 'example.org', other.id));
  expect(await deliveredTo(server, own, 'example.org')).toEqual(NOBODY);
  expect(await deliveredTo(server, all, 'example.org')).toEqual(['example.org']);
  await verify(server, await add(server, 'example.org'));
  const { body } = await ask(server.url, all, 'example.org');
  expect(new Set(body.data?.selectors.map(({ selector }) => selector)).size).toBe(2);
  await letterhead.accounts.update.mutate({ account: other.id, suspended: true });
  expect(await deliveredTo(server, all, 'example.org')).toEqual(['example.org']);
});

test('no token without keys:read fetches a key, and errors have the form of a vault’s', async () => {
  await using server = await startTestServer(ON);
  await verify(server, await add(server, 'example.org'));
  const others = await server.makeToken(['domains:read', 'domains:write', 'domains:sign', 'admin']);
  for (const token of [server.token, others])
    expect(await ask(server.url, token, 'example.org')).toMatchObject({
      status: 403,
      body: { errors: ['This token lacks the scope keys:read. Use a token that has it, or ask for one.'] },
    });
  const unknown = await ask(server.url, `lh_${'A'.repeat(43)}`, 'example.org');
  expect(unknown).toMatchObject({ status: 401, body: { errors: ['Unknown or revoked token.'] } });
  const token = await server.makeToken(KEYS);
  // What it may fetch is all that it may do.
  expect((await server.rest('GET', '/accounts/1/domains', { token })).status).toBe(403);
  const put = await fetch(`${server.url}/vault/v1/dkim/example.org`, { method: 'PUT' });
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET']);
});

test('whoever has no token, or half of one, is told so of the header that the vault reads it from', async () => {
  await using server = await startTestServer(ON);
  const refusal = async (headers: Record<string, string>) => {
    const answer = await fetch(`${server.url}/vault/v1/dkim/example.org`, { headers });
    return [answer.status, ((await answer.json()) as VaultAnswer['body']).errors];
  };
  expect(await refusal({})).toEqual([401, ['Send your token in a header: X-Vault-Token: lh_…']]);
  const half = (after: string) => [
    401,
    [`A token is lh_ and 43 characters, after ${after}: check that all of it was copied.`],
  ];
  for (const token of ['lh_half', '', `Bearer ${server.token}`])
    expect(await refusal({ 'x-vault-token': token })).toEqual(half('X-Vault-Token:'));
  expect(await refusal({ authorization: 'Bearer lh_half' })).toEqual(half('the word Bearer'));
});

test('keys:read is in no first token, and only an administrator grants it, while keys are delivered', async () => {
  await using off = await startTestServer();
  const current = await off.letterhead.tokens.current.query();
  expect(current.scopes).toEqual(['domains:read', 'domains:write', 'domains:sign', 'admin']);
  expect(current.grants).toEqual(current.scopes);
  await expect(off.makeToken(KEYS)).rejects.toThrow('granted only while KEY_DELIVERY=true');
  const path = `${off.url}/vault/v1/dkim/example.org`;
  expect((await fetch(path, { headers: { 'x-vault-token': off.token } })).status).toBe(404);

  await using server = await startTestServer(ON);
  expect((await server.letterhead.tokens.current.query()).grants).toContain('keys:read');
  const token = await server.makeToken(['domains:write', 'keys:read']);
  expect((await server.rest('GET', '/token', { token })).body.data.grants).toEqual(['domains:write']);
  const refused = await server.rest('POST', '/accounts/1/tokens', {
    token,
    json: { name: 'Another', scopes: KEYS },
  });
  expect([refused.status, refused.body.message]).toEqual([
    403,
    'Only a token with the scope admin can grant keys:read.',
  ]);
  // An administrator can always take it away.
  const [, granted] = await server.letterhead.tokens.list.query({ account: 1 });
  await server.letterhead.tokens.revoke.mutate({ account: 1, id: granted?.id ?? 0 });
});

test('keys travel over loopback, or where a trusted proxy says https, and nowhere else', async () => {
  await using server = await startTestServer({
    environment: { ...ON.environment, HOST: '0.0.0.0', TRUST_PROXY: '127.0.0.1' },
  });
  const token = await server.makeToken(KEYS);
  await verify(server, await add(server, 'example.org'));
  const local = `http://127.0.0.1:${new URL(server.url).port}`;
  const statusOf = async (url: string, headers?: Record<string, string>) =>
    (await ask(url, token, 'example.org', headers)).status;
  expect(await statusOf(local)).toBe(200);
  const forwarded = { 'x-forwarded-for': '192.0.2.1' };
  expect(await statusOf(local, { ...forwarded, 'x-forwarded-proto': 'https' })).toBe(200);
  expect(await statusOf(local, { ...forwarded, 'x-forwarded-proto': 'http' })).toBe(403);
  expect(await statusOf(local, forwarded)).toBe(403);
  const [network] = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one?.family === 'IPv4' && !one.internal);
  if (network === undefined) throw new Error('This machine has no address but loopback.');
  const remote = local.replace('127.0.0.1', network.address);
  expect(await statusOf(remote)).toBe(403);
  expect(await statusOf(remote, { 'x-forwarded-proto': 'https' })).toBe(403);
});

test('each delivery is counted, and the first of a day for a token and a domain is an event', async () => {
  const clock = { now: new Date('2026-01-01T23:00:00Z') };
  await using server = await startTestServer({ ...ON, clock: () => clock.now });
  const [one, other] = [await server.makeToken(KEYS), await server.makeToken(KEYS)];
  const domain = await verify(server, await add(server, 'example.org'));
  await Promise.all([one, one, other].map((token) => deliveredTo(server, token, 'example.org')));
  clock.now = new Date('2026-01-02T01:00:00Z');
  await deliveredTo(server, one, 'example.org');
  const events = await server.letterhead.events.list.query({ account: 1, limit: 100 });
  const told = events.filter(({ type }) => type === 'key.delivered');
  expect(told.map(({ actor, at }) => [actor.token_id, at.toISOString().slice(0, 10)]).sort()).toEqual([
    [2, '2026-01-01'],
    [2, '2026-01-02'],
    [3, '2026-01-01'],
  ]);
  expect(told[0]).toMatchObject({
    domain: { id: domain.id, name: 'example.org' },
    changes: { key_id: 1, selector: domain.dns_records[0]?.hostname.split('.')[0] },
  });
  const headers = { authorization: `Bearer ${server.token}` };
  const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
  expect(metrics).toContain('letterhead_keys_delivered_total{account="1"} 4');
});

test('keys that are fetched have a limit of their own', async () => {
  await using server = await startTestServer({
    environment: { ...ON.environment, SIGN_LIMIT_PER_MINUTE: '3', RATE_LIMIT_PER_MINUTE: '1000' },
  });
  const token = await server.makeToken(KEYS);
  await verify(server, await add(server, 'example.org'));
  for (let fetched = 0; fetched < 3; fetched++)
    expect(await deliveredTo(server, token, 'example.org')).toEqual(['example.org']);
  const refused = await ask(server.url, token, 'example.org');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await server.rest('GET', '/accounts/1/domains')).status).toBe(200);
});
