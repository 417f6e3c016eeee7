import { createLetterhead, isLetterheadError } from '@letterhead/client';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';

/** The error of a call. */
async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: unknown; status: unknown; errors: unknown }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isLetterheadError(error)) throw new Error(`Not refused by the server: ${error}`);
  expect(JSON.stringify(error.shape)).not.toMatch(/stack|node_modules|\.ts\b/);
  return { code: error.data?.code, status: error.data?.httpStatus, errors: error.data?.errors };
}

test('an error over tRPC carries the catalogue’s code, and the errors by field', async () => {
  await using server = await startTestServer();
  const { domains } = server.letterhead;
  expect(await refusalOf(domains.create.mutate({ account: 1, domain: 'co.uk' }))).toEqual({
    code: 'invalid',
    status: 422,
    errors: { domain: [expect.stringContaining('co.uk')] },
  });
  expect(await refusalOf(domains.get.query({ account: 1, id: 7 }))).toMatchObject({
    code: 'not_found',
    status: 404,
  });
  expect(await refusalOf(domains.get.query({ account: 1, id: -1 }))).toMatchObject({
    code: 'invalid',
    status: 422,
  });
  await domains.create.mutate({ account: 1, domain: 'example.org' });
  expect(await refusalOf(domains.create.mutate({ account: 1, domain: 'example.org' }))).toMatchObject({
    code: 'domain_taken',
    status: 422,
  });
});

test('an unknown token, another account and a missing scope are refused over tRPC', async () => {
  await using server = await startTestServer();
  const nobody = createLetterhead({ url: server.url, token: `lh_${'A'.repeat(43)}` });
  expect(await refusalOf(nobody.domains.list.query({ account: 1 }))).toMatchObject({
    code: 'unauthenticated',
    status: 401,
  });
  const reader = createLetterhead({ url: server.url, token: await server.makeToken(['domains:read']) });
  expect(await refusalOf(reader.domains.list.query({ account: 2 }))).toMatchObject({
    code: 'forbidden',
    status: 403,
  });
  expect(await refusalOf(reader.domains.create.mutate({ account: 1, domain: 'example.org' }))).toMatchObject({
    code: 'forbidden',
  });
  expect(await reader.domains.list.query({ account: 1 })).toEqual([]);
});

test('nobody grants or revokes more than they hold', async () => {
  await using server = await startTestServer();
  const writer = createLetterhead({ url: server.url, token: await server.makeToken(['domains:write']) });
  const { tokens } = writer;
  expect(await refusalOf(tokens.create.mutate({ account: 1, name: 'x', scopes: ['admin'] }))).toMatchObject({
    code: 'forbidden',
  });
  expect(await refusalOf(tokens.revoke.mutate({ account: 1, id: 1 }))).toMatchObject({ code: 'forbidden' });
});

test('a request that is no tRPC request at all is refused in the shape of a tRPC error', async () => {
  await using server = await startTestServer();
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const broken = await fetch(`${server.url}/trpc/domains.create`, {
    method: 'POST',
    headers,
    body: '{"json":',
  });
  expect(broken.status).toBe(400);
  expect(await broken.text()).toContain('"code":"malformed_body"');
  const nowhere = await fetch(`${server.url}/trpc/nothing.here`, { headers });
  expect(nowhere.status).toBe(404);
  expect(await nowhere.text()).toContain('"code":"not_found"');
  const unauthenticated = await fetch(`${server.url}/trpc/tokens.current`);
  expect([unauthenticated.status, unauthenticated.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  const large = await fetch(`${server.url}/trpc/domains.create`, {
    method: 'POST',
    headers,
    body: ' '.repeat(1_000_000),
  });
  expect(large.status).toBe(413);
  expect(await large.text()).toContain('"code":"payload_too_large"');
});

test('a batch that is refused as a whole is answered in JSON, and says what to send', async () => {
  await using server = await startTestServer();
  const authorization = `Bearer ${server.token}`;
  const create = `${server.url}/trpc/domains.create`;
  const answers = [
    await fetch(`${server.url}/trpc/${Array(101).fill('tokens.current').join()}?batch=1`, {
      headers: { authorization },
    }),
    await fetch(create, { method: 'POST', headers: { authorization } }),
    await fetch(create, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/plain' },
      body: 'x',
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 415, 415]);
  for (const answer of answers) {
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { message } = JSON.parse(await answer.text()).error.json;
    expect(message).not.toContain('form');
    if (answer.status === 415) expect(message).toBe('Send application/json.');
  }
});

test('times arrive over tRPC as Date', async () => {
  await using server = await startTestServer();
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  expect(domain.created_at).toBeInstanceOf(Date);
  expect(domain.created_at.getMilliseconds()).toBe(0);
  const { account, scopes } = await server.letterhead.tokens.current.query();
  expect([account.id, scopes]).toEqual([1, ['domains:read', 'domains:write', 'domains:sign', 'admin']]);
});
