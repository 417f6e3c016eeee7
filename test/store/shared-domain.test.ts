import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';

test('deleting a shared domain takes its links along, even while installation.json cannot be written', async () => {
  await using server = await startTestServer();
  const { domains, shares, tokens, events } = server.letterhead;
  const { id } = await domains.create.mutate({ account: 1, domain: 'example.org' });
  const links: { token: string }[] = [];
  for (let made = 0; made < 3; made++) links.push(await shares.create.mutate({ account: 1, id }));
  // A folder where the new file is written first: it can be neither replaced nor removed.
  const obstacle = join(server.dataDir, 'installation.json.tmp');
  await mkdir(obstacle);
  const refused = await server.rest('POST', '/accounts/1/tokens', {
    json: { name: 'x', scopes: ['domains:read'] },
  });
  expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });

  expect((await server.rest('DELETE', `/accounts/1/domains/${id}`)).status).toBe(204);
  expect((await server.rest('GET', `/accounts/1/domains/${id}`)).status).toBe(404);
  const viewed = () => server.rest('GET', '/share', { token: links[0]?.token ?? '' });
  expect((await viewed()).status).toBe(401);
  const types = (await events.list.query({ account: 1 })).map(({ type }) => type);
  expect(types.slice(-4)).toEqual(['domain.deleted', 'share.revoked', 'share.revoked', 'share.revoked']);

  await rm(obstacle, { recursive: true });
  await tokens.create.mutate({ account: 1, name: 'x', scopes: ['domains:read'] });
  expect((await viewed()).status).toBe(401);
  const { tokens: kept } = JSON.parse(await readFile(join(server.dataDir, 'installation.json'), 'utf8'));
  expect(kept.map((token: { domain_id: number | null }) => token.domain_id)).toEqual([null, null]);
});
