import { setTimeout as sleep } from 'node:timers/promises';
import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import { makeTokenSecret } from '../../server/auth/token-secret.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';
import type { CrashRunOptions } from './crash-run.ts';

/** What a run came to. */
export interface WebhooksReport {
  readonly kills: number;
  readonly events: number;
  readonly arrivals: number;
  readonly repeated: number;
  /** The longest time between a delivery that was repeated and the kill after it, in milliseconds. */
  readonly longestLag: number;
  /** Broken promises; there must be none. */
  readonly complaints: readonly string[];
}

const ENDPOINTS = 3;
/** In milliseconds. */
const LONGEST_LIFE = 500;
const PAUSE = 10;
/** The deliveries before a kill that may be repeated: those within so long of the last one, and of what its answer takes. */
const LAG = 100;
const SLACK = 300;
/** In which what is left arrives: over PostgreSQL, once the lease of a server that was killed has ended. */
const PATIENCE = 90_000;

/**
 * Drives real servers with changes while receivers take their events, kills one of the processes at random moments,
 * starts it again, and compares what arrived with what happened.
 */
export async function webhooksRun({
  fleet: start,
  kills,
  random,
  onKill,
}: CrashRunOptions): Promise<WebhooksReport> {
  const token = makeTokenSecret();
  await using fleet = await start(token);
  await using receivers = new AsyncDisposableStack();
  const endpoints: Receiver[] = [];
  const connect = async () => (await fleet.start()).map((url) => createLetterhead({ url, token }));
  const [first] = await connect();
  if (first === undefined) throw new Error('There is no server.');
  const account = (await first.accounts.list.query())[0]?.id ?? 0;
  let begin = 0;
  for (let at = 0; at < ENDPOINTS; at++) {
    const receiver = receivers.use(await startReceiver());
    endpoints.push(receiver);
    begin = (await first.webhooks.create.mutate({ account, url: receiver.url })).id;
  }
  const killedAt: number[] = [];
  for (let kill = 1; kill <= kills; kill++) {
    const servers = await connect();
    const over = new AbortController();
    const clients = servers.map((server) => makeChanges(server, account, over.signal));
    await sleep(random() * LONGEST_LIFE);
    killedAt.push(Date.now());
    await fleet.kill(random());
    await sleep(random() * LONGEST_LIFE);
    over.abort();
    await Promise.all(clients);
    onKill?.(kill);
  }
  const last = await lastEvent((await connect())[0] ?? first, account);
  const complaints: string[] = [];
  for (const receiver of endpoints) {
    await untilArrived(receiver, account, last);
    complaints.push(...complaintsOf(receiver, killedAt, begin, last));
  }
  const arrivals = endpoints.reduce((sum, { received }) => sum + received.length, 0);
  const distinct = endpoints.reduce(
    (sum, { received }) => sum + new Set(received.map(({ id }) => id)).size,
    0,
  );
  const lag = Math.max(...endpoints.map((receiver) => longestLag(receiver, killedAt)));
  return { kills, events: last, arrivals, repeated: arrivals - distinct, longestLag: lag, complaints };
}

/** Creates and deletes domains, whatever becomes of the server: the log of events says what has happened. */
async function makeChanges(server: Letterhead, account: number, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    try {
      const domain = `d${process.hrtime.bigint()}.example`;
      const { id } = await server.domains.create.mutate({ account, domain });
      await server.domains.delete.mutate({ account, id });
    } catch {
      await sleep(PAUSE);
    }
  }
}

async function lastEvent({ events }: Letterhead, account: number): Promise<number> {
  let after = 0;
  for (;;) {
    const page = await events.list.query({ account, after, limit: 1000 });
    const last = page.at(-1)?.id;
    if (last === undefined) return after;
    after = last;
  }
}

async function untilArrived({ received }: Receiver, account: number, event: number): Promise<void> {
  const end = Date.now() + PATIENCE;
  const id = `evt_${account}_${event}`;
  while (!received.some((one) => one.id === id) && Date.now() < end) await sleep(PAUSE);
}

/** The first kill after this time, for which what was under way may have arrived; undefined: there was none. */
function killAfter(killedAt: readonly number[], at: number): number | undefined {
  return killedAt.find((kill) => kill + SLACK >= at);
}

function complaintsOf(
  { received, port }: Receiver,
  killedAt: readonly number[],
  begin: number,
  last: number,
) {
  const complaints: string[] = [];
  const arrivedAt = new Map<number, number>();
  let before = 0;
  for (const { id, at } of received) {
    const event = Number(id.split('_').at(-1));
    const earlier = arrivedAt.get(event);
    if (before !== 0 && event > before + 1)
      complaints.push(`${port}: event ${event} arrived right after ${before}.`);
    if (earlier !== undefined && !wasUnderWay(earlier, killAfter(killedAt, earlier), received))
      complaints.push(`${port}: event ${event} arrived twice, though nothing was killed right after it.`);
    arrivedAt.set(event, at);
    before = event;
  }
  for (let event = begin; event <= last; event++)
    if (!arrivedAt.has(event)) complaints.push(`${port}: event ${event} never arrived.`);
  return complaints;
}

/** Whether what arrived then was among the last deliveries before the kill. */
function wasUnderWay(at: number, kill: number | undefined, received: Receiver['received']): boolean {
  if (kill === undefined) return false;
  const last = received.findLast((one) => one.at <= kill)?.at ?? at;
  return last - at <= LAG + SLACK;
}

/** The longest time between a delivery that was repeated, and the kill after it. */
function longestLag({ received }: Receiver, killedAt: readonly number[]): number {
  const arrivedAt = new Map<string, number>();
  let longest = 0;
  for (const { id, at } of received) {
    const earlier = arrivedAt.get(id);
    if (earlier !== undefined) longest = Math.max(longest, (killAfter(killedAt, earlier) ?? at) - earlier);
    arrivedAt.set(id, at);
  }
  return longest;
}
