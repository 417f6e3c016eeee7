import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLetterhead } from '@letterhead/client';
import { startReceiver } from '../../test/webhooks/receiver.ts';
import { addressOf } from '../free-port.ts';
import { TOKEN } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median, percentile } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveWebhooks } from './seed-webhooks.ts';

const CHANGES = 200;
/** Between two changes, in milliseconds. */
const PAUSE = 50;
const SILENT_ACCOUNTS = 50;
const SILENT_ENDPOINTS = 20;

/** From a change to its arrival, without and with 1,000 endpoints that never answer. */
export async function timeToArrival(): Promise<Result> {
  const silent = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(silent);
  const account = { webhooks: SILENT_ENDPOINTS, url: `http://127.0.0.1:${port}/`, domains: 1 };
  const alone = await measure([]);
  const beside = await measure(Array(SILENT_ACCOUNTS).fill(account));
  silent.close();
  const row = (name: string, times: readonly number[]) => [
    name,
    formatFigure(median(times)),
    formatFigure(percentile(times, 0.95)),
  ];
  const [p95, p95Beside] = [percentile(alone, 0.95), percentile(beside, 0.95)];
  return {
    title: 'From a change to its arrival',
    how: `A domain is created every ${PAUSE} ms, ${CHANGES} times, and its event awaited at a receiver in the benchmark's process; the time is from the answer to the create. For the second row, ${SILENT_ACCOUNTS * SILENT_ENDPOINTS} endpoints of ${SILENT_ACCOUNTS} other accounts take connections and never answer, with an event waiting for each.`,
    table: {
      columns: ['', 'median, ms', 'p95, ms'],
      rows: [row('alone', alone), row('beside 1,000 endpoints that time out', beside)],
    },
    targets: [
      atMost('p95', 250, p95, ' ms'),
      // Below a few milliseconds, it is the machine that makes the difference.
      atMost('p95 beside endpoints that time out, of that alone', 1.2, p95Beside / p95),
    ],
  };
}

async function measure(others: Parameters<typeof serveWebhooks>[1]): Promise<number[]> {
  await using folder = await makeTemporaryFolder();
  await using receiver = await startReceiver();
  await using server = await serveWebhooks(folder, others);
  const letterhead = createLetterhead({ url: server.url, token: TOKEN });
  await letterhead.webhooks.create.mutate({ account: 1, url: receiver.url, events: ['domain.created'] });
  const answeredAt = new Map<string, number>();
  for (let at = 0; at < CHANGES; at++) {
    const domain = `d${at}.example`;
    await letterhead.domains.create.mutate({ account: 1, domain });
    answeredAt.set(domain, performance.now());
    await sleep(PAUSE);
  }
  const received = await receiver.until(CHANGES);
  return received.map(({ payload, at }) =>
    Math.max(0, at - (answeredAt.get(payload.data.event.domain.name) ?? 0)),
  );
}
