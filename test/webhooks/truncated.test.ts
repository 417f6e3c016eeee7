import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createKeyCipher } from '../../server/keys/key-encryption.ts';
import { DeliveryLog } from '../../server/webhooks/delivery-log.ts';
import { Dispatcher } from '../../server/webhooks/dispatcher.ts';
import { Sender } from '../../server/webhooks/sender.ts';
import { encryptSecret } from '../../server/webhooks/webhook-secret.ts';
import { madeWebhook } from '../contract/webhooks.ts';
import { makeJsonFolder } from '../store/json-folder.ts';
import { createAccount, madeDomain, renameDomain } from '../store/rows.ts';
import { startReceiver } from './receiver.ts';

const log = pino({ level: 'silent' });
const clock = () => new Date();
const domains = {
  diagnosis: async () => {
    throw new Error('No event of a domain is sent here.');
  },
};

test('an endpoint that was away for longer than events are kept is told which it has missed, and goes on after them', async () => {
  await using receiver = await startReceiver();
  await using folder = await makeJsonFolder();
  const store = await folder.open({ eventLog: { segmentBytes: 2_000 } });
  const { id: account } = await createAccount(store);
  const webhook = await madeWebhook(store, account);
  const { id: domain } = await madeDomain(store, account, 'd.example');
  for (let at = 0; at < 100; at++) await renameDomain(store, account, domain, `d${at}.example`);
  const { first, last } = await store.events.list(account, { after: 0, limit: 1 });
  expect(first).toBeGreaterThan(webhook.after + 1);
  const cipher = createKeyCipher(randomBytes(32), randomBytes);
  const secret = encryptSecret(cipher, `whsec_${'A'.repeat(43)}=`, account, webhook.id);
  // Nothing is sent but what tells of the gap: of the events after it, the endpoint takes none.
  await store.webhooks.update(account, webhook.id, (row) => ({
    row: { ...row, url: receiver.url, secret, previous: null, events: ['webhook.created'] },
    events: [],
  }));
  const sender = new Sender({ resolvers: [], allowPrivate: true, clock });
  const deliveryLog = new DeliveryLog(store.webhooks, log);
  const dispatcher = new Dispatcher({ store, domains, cipher, sender, deliveryLog, clock, log });
  await dispatcher.start();
  const [received] = await receiver.until(1);
  expect(received?.payload).toMatchObject({
    type: 'events.truncated',
    data: { event: null, domain: null, first: webhook.after + 1, last: (first ?? 0) - 1 },
  });
  await expect
    .poll(() => store.cursors.state('webhook', account, webhook.id), { timeout: 10_000 })
    .toMatchObject({ position: last });
  await dispatcher.close();
  await deliveryLog.flush();
  await sender.close();
  expect(receiver.received).toHaveLength(1);
});
