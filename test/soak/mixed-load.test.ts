import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { MixedLoad } from './mixed-load.ts';

test('a mixed load is answered correctly, and leaves everything as it was', async () => {
  await using server = await startTestServer({
    environment: { RATE_LIMIT_PER_MINUTE: '0', TRUST_PROXY: 'true' },
  });
  const { domains, tokens, accounts } = server.letterhead;
  await domains.create.mutate({ account: 1, domain: 'example.org' });
  const load = new MixedLoad({ url: server.url, token: server.token, random: Math.random });
  await Promise.all(Array.from({ length: 100 }, () => load.round()));
  expect(await domains.list.query({ account: 1 })).toHaveLength(1);
  expect(await tokens.list.query({ account: 1 })).toHaveLength(1);
  expect(await accounts.list.query()).toHaveLength(1);
});
