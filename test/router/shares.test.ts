import { createLetterhead, isLetterheadError } from '@letterhead/client';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.catch((thrown: unknown) => thrown);
  return isLetterheadError(error) ? error.data?.code : error;
}

test('the holder of a share link sees one domain, can have it checked, and can do nothing else', async () => {
  await using server = await startTestServer();
  const { letterhead } = server;
  const domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const share = await letterhead.shares.create.mutate({ account: 1, id: domain.id });
  expect(share.expires_at?.getTime()).toBeGreaterThan(Date.now() + 6.9 * 24 * 60 * 60 * 1000);
  expect(share.url).toBeNull();

  const colleague = createLetterhead({ url: server.url, token: share.token });
  const seen = await colleague.share.view.query();
  expect([seen.domain, seen.diagnosis.status]).toEqual([domain, 'pending']);

  const [record] = domain.dns_records;
  server.dns.publish(`${record?.hostname}.example.org`, { TXT: [record?.value ?? ''] });
  const checked = await colleague.share.verifyDns.mutate();
  expect([checked.domain.verified, checked.diagnosis.records[0]?.code]).toEqual([true, 'OK']);

  expect(await codeOf(colleague.domains.get.query({ account: 1, id: domain.id }))).toBe('forbidden');
  expect(await codeOf(colleague.domains.list.query({ account: 1 }))).toBe('forbidden');
  expect(await codeOf(colleague.tokens.current.query())).toBe('forbidden');
  expect(await codeOf(colleague.shares.list.query({ account: 1, id: domain.id }))).toBe('forbidden');
});

test('a token of the account does not open the page of a share link', async () => {
  await using server = await startTestServer();
  expect(await codeOf(server.letterhead.share.view.query())).toBe('forbidden');
});

test('a share link ends when it is revoked, when it expires, and with its domain', async () => {
  let now = new Date('2026-01-01T12:00:00Z');
  await using server = await startTestServer({ clock: () => now });
  const { domains, shares } = server.letterhead;
  const { id } = await domains.create.mutate({ account: 1, domain: 'example.org' });
  const make = async () => {
    const share = await shares.create.mutate({ account: 1, id });
    return { ...share, view: createLetterhead({ url: server.url, token: share.token }).share.view };
  };
  const [revoked, expiring, orphan] = [await make(), await make(), await make()];
  expect((await shares.list.query({ account: 1, id })).map((share) => share.id)).toEqual([
    revoked.id,
    expiring.id,
    orphan.id,
  ]);
  expect((await server.letterhead.tokens.list.query({ account: 1 })).map((token) => token.id)).toEqual([1]);

  await shares.revoke.mutate({ account: 1, id, share: revoked.id });
  expect(await codeOf(revoked.view.query())).toBe('unauthenticated');

  now = new Date('2026-01-08T12:00:01Z');
  expect(await codeOf(expiring.view.query())).toBe('unauthenticated');

  now = new Date('2026-01-02T12:00:00Z');
  await domains.delete.mutate({ account: 1, id });
  expect(await codeOf(orphan.view.query())).toBe('unauthenticated');
  const told = await server.letterhead.events.list.query({ account: 1 });
  const ofLinks = told.filter(({ changes }) => JSON.stringify(changes['scopes']) === '["share"]');
  expect(ofLinks.map(({ type, domain }) => [type, domain?.id])).toEqual([
    ...Array(3).fill(['share.created', id]),
    ...Array(3).fill(['share.revoked', id]),
  ]);
});

test('with PUBLIC_URL set, the share link carries its secret in the fragment', async () => {
  await using server = await startTestServer({
    environment: { PUBLIC_URL: 'https://letterhead.example/desk/' },
  });
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { url, token } = await server.letterhead.shares.create.mutate({ account: 1, id });
  expect(url).toBe(`https://letterhead.example/desk/share#${token}`);
});
