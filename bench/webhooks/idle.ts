import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveWebhooks } from './seed-webhooks.ts';

const ACCOUNTS = 500;
const ENDPOINTS = 20;
const SECONDS = 15;
/** Milliseconds until all endpoints have passed by the events that there are. */
const SETTLED = 40_000;

/** The CPU time of a server with 10,000 endpoints for which nothing happens. */
export async function idleEndpoints(): Promise<Result> {
  const none = await measure(0);
  const many = await measure(ACCOUNTS);
  return {
    title: `${ACCOUNTS * ENDPOINTS} endpoints for which nothing happens`,
    how: `The CPU time of the server in ${SECONDS} s, with ${ACCOUNTS} accounts of ${ENDPOINTS} endpoints each and with none.`,
    table: {
      columns: ['', 'of a core, %'],
      rows: [
        ['no endpoints', formatFigure(none)],
        [`${ACCOUNTS * ENDPOINTS} endpoints`, formatFigure(many)],
      ],
    },
    targets: [atMost('of a core, more than without', 1, Math.max(0, many - none), ' %')],
  };
}

async function measure(accounts: number): Promise<number> {
  await using folder = await makeTemporaryFolder();
  const account = { webhooks: ENDPOINTS, url: 'http://127.0.0.1:9/', domains: 0, idle: true };
  await using server = await serveWebhooks(folder, Array(accounts).fill(account));
  await sleep(SETTLED);
  const before = await server.call('usage', null);
  await sleep(SECONDS * 1000);
  const { cpu } = await server.call('usage', null);
  return ((cpu - before.cpu) / 1e6 / SECONDS) * 100;
}
