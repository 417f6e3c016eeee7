import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast, formatFigure } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveWebhooks } from './seed-webhooks.ts';

const ACCOUNTS = 2;
const ENDPOINTS = 16;
const EVENTS = 1_000;
/** Of all deliveries, those between which the rate is taken: the server is as warm by then as the bare loops are. */
const FROM = 0.5;
const TO = 0.95;

/** Deliveries a second to 32 endpoints with many events waiting, against 32 bare loops. */
export async function deliverBacklog(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  await using receiver = await startProcess({ script: 'processes/webhook-receiver.ts', options: {} });
  const account = { webhooks: ENDPOINTS, url: `${receiver.url}/`, domains: EVENTS };
  const total = ACCOUNTS * ENDPOINTS * EVENTS;
  let letterhead = 0;
  {
    await using _ = await serveWebhooks(folder, Array(ACCOUNTS).fill(account));
    const countTo = async (share: number) => {
      for (;;) {
        const { count } = await receiver.call('received', null);
        if (count >= total * share) return { count, at: performance.now() };
        await sleep(20);
      }
    };
    const first = await countTo(FROM);
    const last = await countTo(TO);
    letterhead = ((last.count - first.count) * 1000) / (last.at - first.at);
  }
  const { body } = await receiver.call('received', null);
  await using loop = await startProcess({ script: 'processes/post-loop.ts', options: {} });
  const post = async (isSigned: boolean) => {
    const load = { url: receiver.url, body, loops: ACCOUNTS * ENDPOINTS, count: total, isSigned };
    await loop.call('postAll', load);
    return total / (await loop.call('postAll', load)).seconds;
  };
  const bare = await post(false);
  const signed = await post(true);
  return {
    title: 'Deliveries to 32 endpoints',
    how: `${EVENTS} events wait for each of ${ACCOUNTS * ENDPOINTS} endpoints at one receiver on loopback, in a process of its own; the rate is that from half of them to the last twentieth, once the server is warm, as the loops are. The other rows are ${ACCOUNTS * ENDPOINTS} bare loops over undici, which send ${body.length} bytes, the last body that arrived, with a fixed signature or with one of the same library as Letterhead’s, and keep nothing.`,
    table: {
      columns: ['', 'deliveries/s'],
      rows: [
        ['Letterhead', formatFigure(letterhead)],
        ['bare undici', formatFigure(bare)],
        ['bare undici, each message signed', formatFigure(signed)],
      ],
    },
    targets: [atLeast('of the bare loops', 0.5, letterhead / bare)],
  };
}
