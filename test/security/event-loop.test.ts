import { expect, onTestFinished, test } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { longestStretch } from './cpu-stretch.ts';
import { openEventStream } from './event-stream.ts';
import { sendHttp } from './http-request.ts';

/**
 * What the main thread may be taken for at a stretch is 50 ms of CPU. Here the client runs in it as well, and the
 * machine is shared: what this is to catch took seconds.
 */
const STRETCH = 100;
const DOMAINS = 1_000;

/** A server that has just started, with an account at its quota and cold caches. */
async function startFull(): Promise<TestServer> {
  const first = await startTestServer({
    environment: { RATE_LIMIT_PER_MINUTE: '0', RETURN_PATH_HOST: 'bounces.example' },
  });
  const { domains } = first.letterhead;
  for (let from = 0; from < DOMAINS; from += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        domains.create.mutate({ account: 1, domain: `d${from + i}.example.org` }),
      ),
    );
  }
  return first.restart();
}

const query = (procedure: string, input: object) =>
  `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify({ json: { account: 1, ...input } }))}`;

test('no answer to an account that holds all it may takes the main thread for long, the first time or later', {
  timeout: 60_000,
}, async () => {
  await using server = await startFull();
  const headers = { authorization: `Bearer ${server.token}` };
  const batch = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i, { json: { account: 1 } }]));
  const paths = [
    query('domains.list', {}),
    '/api/v1/accounts/1/domains',
    query('domains.statuses', {}),
    '/api/v1/accounts/1/domains/statuses',
    query('events.list', { limit: 1_000 }),
    '/api/v1/accounts/1/events?limit=1000',
    `/trpc/${Array(100).fill('domains.list').join()}?batch=1&input=${encodeURIComponent(JSON.stringify(batch))}`,
  ];
  for (const path of [...paths, ...paths]) {
    const stretch = await longestStretch(async () => {
      expect((await sendHttp(server.url, { path, headers })).status).toBeLessThan(300);
    });
    expect({ path, isLong: stretch > STRETCH, stretch }).toMatchObject({ isLong: false });
  }
  const stretch = await longestStretch(async () => {
    const stream = await openEventStream(server.url, server.token);
    onTestFinished(() => stream.close());
    await stream.said(`"d${DOMAINS - 1}.example.org"`);
  });
  expect(stretch).toBeLessThan(STRETCH);
});
