import type { ServerResponse } from 'node:http';
import type { NewWebhook } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';
import { answerWith, type Receiver, startReceiver, verify } from './receiver.ts';

interface Amid {
  readonly server: TestServer;
  readonly webhook: NewWebhook;
  readonly receiver: Receiver;
  /** Lets the first event be delivered. */
  readonly release: () => void;
}

/** Calls `act` while the first of events b, c and d is being delivered, which were read together. */
async function amidEvents(act: (amid: Amid) => Promise<unknown>): Promise<void> {
  await using receiver = await startReceiver();
  await using server = await startTestServer({ environment: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  const { accounts, webhooks, domains } = server.letterhead;
  const { id: account } = await accounts.create.mutate({ name: 'Another help desk' });
  const { url } = receiver;
  const webhook = await webhooks.create.mutate({ account, url, events: ['domain.created'] });
  // Nothing is known of a new endpoint, which gets one event alone.
  await domains.create.mutate({ account, domain: 'new.example' });
  await expect.poll(() => webhooks.deliveries.query({ account, id: webhook.id })).toHaveLength(1);
  const beforehand = holdNext(receiver);
  await domains.create.mutate({ account, domain: 'a.example' });
  const release = await beforehand;
  for (const domain of ['b.example', 'c.example', 'd.example'])
    await domains.create.mutate({ account, domain });
  const held = holdNext(receiver);
  release();
  await act({ server, webhook, receiver, release: await held });
}

/** Resolves once a delivery has come, to what answers it; those after it are answered at once. */
function holdNext(receiver: Receiver): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<() => void>();
  receiver.answer = (response: ServerResponse) => {
    receiver.answer = answerWith(204);
    resolve(() => response.writeHead(204).end());
  };
  return promise;
}

function names({ received }: Receiver): string[] {
  return received.map(({ payload }) => payload.data.event.domain.name);
}

test.each([
  ['disabled', { enabled: false }, {}],
  ['of a suspended account', {}, { suspended: true }],
])(
  'an endpoint that is %s gets no more of the events that were read before',
  async (_what, change, profile) => {
    await amidEvents(async ({ server, webhook: { account_id: account, id }, receiver, release }) => {
      const { accounts, webhooks } = server.letterhead;
      await webhooks.update.mutate({ account, id, ...change });
      await accounts.update.mutate({ account, ...profile });
      release();
      await expect.poll(() => webhooks.deliveries.query({ account, id })).toHaveLength(3);
      await using other = await startReceiver();
      await webhooks.update.mutate({ account, id, url: other.url, enabled: true });
      await accounts.update.mutate({ account, suspended: false });
      await expect.poll(() => names(other).at(-1)).toBe('d.example');
      expect(names(receiver)).toEqual(['new.example', 'a.example', 'b.example']);
      // What was delivered so shortly before that it is not kept yet comes again at another address.
      expect(names(other).filter((name) => name !== 'b.example')).toEqual(['c.example', 'd.example']);
    });
  },
);

test('a new secret signs the next delivery, also of events that were read before', async () => {
  await amidEvents(async ({ server, webhook: { account_id: account, id }, receiver, release }) => {
    const { secret } = await server.letterhead.webhooks.rotateSecret.mutate({ account, id });
    release();
    const next = (await receiver.until(4)).at(3);
    expect(next === undefined || verify(secret, next)).toMatchObject({ type: 'domain.created' });
  });
});
