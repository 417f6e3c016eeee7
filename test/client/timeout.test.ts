import { createServer, type RequestListener } from 'node:http';
import { createLetterhead, isLetterheadError } from '@letterhead/client';
import { expect, test, vi } from 'vitest';
import { addressOf } from '../../bench/free-port.ts';
import { explainUnreachable } from '../../server/cli/unreachable.ts';
import { startTestServer } from '../running-server.ts';

const TOKEN = `lh_${'x'.repeat(43)}`;

async function startServer(onRequest: RequestListener) {
  const server = createServer(onRequest);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${addressOf(server).port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test.each<[string, RequestListener]>([
  ['never answers', () => {}],
  ['ends its answer in the middle', (_, response) => response.writeHead(200).write('[{"result":')],
])(
  'a call to a server that %s ends when the time of the client is over, and the command line says so',
  async (_, onRequest) => {
    using server = await startServer(onRequest);
    const letterhead = createLetterhead({ url: server.url, token: TOKEN, timeout: 100 });
    const calls = await Promise.allSettled([
      letterhead.tokens.current.query(),
      letterhead.domains.create.mutate({ account: 1, domain: 'example.org' }),
      letterhead.signing.sign.mutate({ account: 1, headers: '', body_hash: '' }),
    ]);
    for (const call of calls) {
      const error: unknown = call.status === 'rejected' && call.reason;
      expect(isLetterheadError(error)).toBe(true);
      expect(error).toMatchObject({
        message: 'The server did not answer within 0.1 s.',
        cause: { name: 'TimeoutError' },
      });
      expect(explainUnreachable(server.url, error)).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('it did not answer in time'),
      });
    }
  },
);

test('a call that its caller gives up ends at once, with a time and without one', async () => {
  using server = await startServer(() => {});
  for (const timeout of [60_000, null]) {
    const letterhead = createLetterhead({ url: server.url, token: TOKEN, timeout });
    const stop = new AbortController();
    const call = letterhead.tokens.current.query(undefined, { signal: stop.signal });
    stop.abort();
    await expect(call).rejects.toThrow();
  }
});

test('a subscription goes on when the time of a call is over', async () => {
  await using server = await startTestServer();
  using silent = await startServer(() => {});
  const options = { token: server.token, timeout: 100 };
  const states: string[] = [];
  const names: (string | undefined)[] = [];
  const started = Promise.withResolvers<void>();
  const stream = createLetterhead({ url: server.url, ...options }).events.stream.subscribe(
    { account: 1 },
    {
      onStarted: () => started.resolve(),
      onConnectionStateChange: ({ state }) => states.push(state),
      onData: ({ data }) => names.push(data.kind === 'event' ? data.event.domain?.name : undefined),
    },
  );
  await started.promise;
  const late = createLetterhead({ url: silent.url, ...options }).tokens.current.query();
  await expect(late).rejects.toThrow('did not answer');
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await vi.waitFor(() => expect(names).toContain('example.org'));
  stream.unsubscribe();
  expect(states).toEqual(['connecting', 'pending']);
});
