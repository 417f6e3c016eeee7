import { isLetterheadError } from '@letterhead/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RestAnswer, TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';

let server: TestServer;

beforeEach(async () => {
  now = new Date();
  server = await startTestServer({ clock: () => now });
});

afterEach(() => server[Symbol.asyncDispose]());

let now = new Date();

const LAST_ADMIN = { status: 422, body: { code: 'last_admin' } };

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.catch((thrown: unknown) => thrown);
  return isLetterheadError(error) ? error.data : undefined;
}

function revoke(id: number, query = ''): Promise<RestAnswer> {
  return server.rest('DELETE', `/accounts/1/tokens/${id}${query}`);
}

test('the last token that may administer is revoked only if confirm names it', async () => {
  await server.makeToken(['domains:read', 'domains:write', 'domains:sign']);
  const refused = await revoke(1);
  expect(refused).toMatchObject(LAST_ADMIN);
  expect(refused.body.message).toMatch(/confirm=1/);
  expect(await revoke(1, '?confirm=2')).toMatchObject(LAST_ADMIN);
  expect(await server.rest('GET', '/accounts')).toMatchObject({ status: 200 });
  expect((await revoke(1, '?confirm=1')).status).toBe(204);
  expect((await server.rest('GET', '/token')).status).toBe(401);
});

test('the account of the last token that may administer is deleted only if confirm names it', async () => {
  const other = await server.letterhead.accounts.create.mutate({ name: 'Other desk' });
  await server.makeToken(['domains:write'], other.id);
  await server.makeToken(['admin']);
  expect(await server.rest('DELETE', '/accounts/1')).toMatchObject(LAST_ADMIN);
  expect(await server.rest('DELETE', '/accounts/1?confirm=2')).toMatchObject(LAST_ADMIN);
  expect((await server.rest('GET', '/accounts')).body.data).toHaveLength(2);
  expect((await server.rest('DELETE', '/accounts/1?confirm=1')).status).toBe(204);
});

test('tRPC refuses to remove the last administrator, and takes confirm as well', async () => {
  const { tokens, accounts } = server.letterhead;
  expect(await errorOf(accounts.delete.mutate({ account: 1 }))).toMatchObject({ code: 'last_admin' });
  expect(await errorOf(tokens.revoke.mutate({ account: 1, id: 1 }))).toMatchObject({ code: 'last_admin' });
  await tokens.revoke.mutate({ account: 1, id: 1, confirm: 1 });
  expect(await errorOf(tokens.current.query())).toMatchObject({ code: 'unauthenticated' });
});

test('of two last administrators that are removed at the same moment one remains', async () => {
  await server.makeToken(['admin']);
  const other = await server.letterhead.accounts.create.mutate({ name: 'Other desk' });
  const third = await server.makeToken(['admin'], other.id);
  await revoke(2);
  const answers = await Promise.all([
    server.rest('DELETE', `/accounts/${other.id}/tokens/3`),
    server.rest('DELETE', '/accounts/1', { token: third }),
  ]);
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  const left = [
    await server.rest('GET', '/accounts'),
    await server.rest('GET', '/accounts', { token: third }),
  ];
  expect(left.map(({ status }) => status).sort()).toEqual([200, 401]);
});

test('a token that has expired is nobody who could administer', async () => {
  const { tokens } = server.letterhead;
  const expires_at = new Date(now.getTime() + 60_000);
  await tokens.create.mutate({ account: 1, name: 'Short', scopes: ['admin'], expires_at });
  now = new Date(now.getTime() + 120_000);
  expect(await revoke(1)).toMatchObject(LAST_ADMIN);
  expect((await revoke(2)).status).toBe(204);
});

test('a token of a suspended account is nobody who could administer', async () => {
  const { accounts, tokens } = server.letterhead;
  const other = await accounts.create.mutate({ name: 'Other desk' });
  await server.makeToken(['admin'], other.id);
  await accounts.update.mutate({ account: other.id, suspended: true });
  expect(await revoke(1)).toMatchObject(LAST_ADMIN);
  await accounts.update.mutate({ account: other.id, suspended: false });
  expect((await revoke(1)).status).toBe(204);
  expect(await errorOf(tokens.current.query())).toMatchObject({ code: 'unauthenticated' });
});

test('a token without the scope admin is revoked unasked', async () => {
  await server.makeToken(['domains:read']);
  expect((await revoke(2)).status).toBe(204);
});
