import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLetterhead } from '@letterhead/client';
import type { Scope } from '@letterhead/shared';
import { describe, expect, test } from 'vitest';
import { ACCOUNT_LIMITS } from '../../server/limits.ts';
import { startTestServer } from '../running-server.ts';

const HOUR = 3_600_000;
const SCOPES: Scope[] = ['domains:read', 'domains:write'];

describe('a token that will stop', () => {
  /** A server with a domain, and a client whose token stops in two hours. */
  async function startWithEnding() {
    const server = await startTestServer();
    await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    const { token } = await server.letterhead.tokens.create.mutate({
      account: 1,
      name: 'For today',
      scopes: SCOPES,
      expires_at: inHours(2),
    });
    return { server, token };
  }

  function inHours(hours: number): Date {
    return new Date(Date.now() + hours * HOUR);
  }

  const ends: [string, Date | null | undefined, number][] = [
    ['none that never stops', null, 403],
    ['none by default, which never stops', undefined, 403],
    ['none that stops later', inHours(3), 403],
    ['one that stops earlier', inHours(1), 201],
  ];
  test.each(ends)('a token that expires creates %s', async (_name, expires_at, status) => {
    const { server, token } = await startWithEnding();
    await using _ = server;
    const made = await server.rest('POST', '/accounts/1/tokens', {
      token,
      json: { name: 'Next', scopes: SCOPES, expires_at },
    });
    expect(made.status).toBe(status);
    if (status === 403)
      expect(made.body).toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining('expires at'),
      });
  });

  test('a token that expires shares a domain for no longer than it works itself', async () => {
    const { server, token } = await startWithEnding();
    await using _ = server;
    const share = (json: object) => server.rest('POST', '/accounts/1/domains/1/shares', { token, json });
    expect((await share({})).status).toBe(403);
    expect((await share({ expires_at: null })).status).toBe(403);
    expect((await share({ expires_at: inHours(1) })).status).toBe(201);
  });
});

test('an account holds only a limited number of tokens, share links included', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  const { tokens, domains } = server.letterhead;
  await domains.create.mutate({ account: 1, domain: 'example.org' });
  // The first token is there already. Those of one moment travel and are written together.
  for (let made = 1; made < ACCOUNT_LIMITS.tokens; made += 100) {
    const size = Math.min(100, ACCOUNT_LIMITS.tokens - made);
    await Promise.all(
      Array.from({ length: size }, () => tokens.create.mutate({ account: 1, name: 'x', scopes: SCOPES })),
    );
  }
  const another = () => server.rest('POST', '/accounts/1/tokens', { json: { name: 'x', scopes: SCOPES } });
  expect((await another()).body).toMatchObject({ code: 'quota_exceeded' });
  const share = await server.rest('POST', '/accounts/1/domains/1/shares', { json: {} });
  expect([share.status, share.body.code]).toEqual([422, 'quota_exceeded']);
  await tokens.revoke.mutate({ account: 1, id: 2 });
  const statuses = (await Promise.all(Array.from({ length: 20 }, another))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => status === 422)).toHaveLength(19);
});

test('a domain that is renamed again and again does not grow in its file', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  const { domains } = createLetterhead({ url: server.url, token: server.token });
  const { id } = await domains.create.mutate({ account: 1, domain: 'r0.example' });
  for (let i = 1; i <= 60; i++) await domains.update.mutate({ account: 1, id, domain: `r${i}.example` });
  const file = JSON.parse(await readFile(join(server.dataDir, 'accounts', '1.json'), 'utf8'));
  expect(file.domains[0].previous_keys).toHaveLength(50);
});
