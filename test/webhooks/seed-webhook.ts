import { expect } from 'vitest';
import type { TestServer } from '../running-server.ts';

/** Creates a webhook whose host has no address; resolves once a delivery of an event to it has failed. */
export async function seedWebhook({ letterhead }: Pick<TestServer, 'letterhead'>, account: number) {
  const url = 'https://hooks.example.org/';
  const { id: webhook } = await letterhead.webhooks.create.mutate({ account, url });
  const read = () => letterhead.webhooks.deliveries.query({ account, id: webhook });
  await expect.poll(read, { timeout: 10_000, interval: 200 }).not.toEqual([]);
  return { webhook, delivery: (await read())[0]?.id ?? 0 };
}
