import { randomBytes } from 'node:crypto';
import { createKeyCipher } from '../../server/keys/key-encryption.ts';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import type { Store } from '../../server/store/store.ts';
import { encryptSecret, makeWebhookSecret } from '../../server/webhooks/webhook-secret.ts';
import { createAccount, event, keepEvidence, madeDomain, webhookRow } from '../../test/store/rows.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';

const SECRET_KEY = randomBytes(32);

export interface SeededAccount {
  readonly webhooks: number;
  readonly url: string;
  /** Domains that are created after the webhooks: so many events wait for each. */
  readonly domains: number;
  /** Whether the webhooks take no event that there is. */
  readonly idle?: boolean;
}

/**
 * Fills a data folder with accounts that have webhooks, and starts a server on it. Account 1 is made by the server, with
 * the benchmark's token.
 */
export async function serveWebhooks(
  folder: { readonly path: string },
  accounts: readonly SeededAccount[],
): Promise<MeasuredProcess> {
  const dataDir = dataFolderIn(folder);
  const environment = {
    SECRET_KEY: SECRET_KEY.toString('base64'),
    WEBHOOK_ALLOW_PRIVATE: 'true',
    RATE_LIMIT_PER_MINUTE: '0',
    BOOTSTRAP_TOKEN: TOKEN,
  };
  await (await startLetterhead(dataDir, { environment }))[Symbol.asyncDispose]();
  const store = await openJsonStore({ dataDir, clock: () => new Date() });
  await Promise.all(accounts.map((account) => seed(store, account)));
  await store.close();
  return startLetterhead(dataDir, { environment });
}

async function seed(store: Store, { webhooks, url, domains, idle = false }: SeededAccount): Promise<void> {
  const { id: account } = await createAccount(store);
  const cipher = createKeyCipher(SECRET_KEY, randomBytes);
  for (let at = 0; at < webhooks; at++)
    await store.webhooks.create({
      account,
      limit: webhooks,
      build: (id) => ({
        ...webhookRow(id, account, id),
        url,
        secret: encryptSecret(cipher, makeWebhookSecret(randomBytes), account, id),
        previous: null,
        events: [idle ? 'domain.lost' : 'domain.created'],
      }),
      event: ({ id }) => event('webhook.created', { webhook_id: id }),
    });
  for (let at = 0; at < domains; at++) {
    const { id } = await madeDomain(store, account, `d${at}.example`);
    // None is due for a check, which would be measured as well.
    await keepEvidence(store, account, id, {});
  }
}
