import { setTimeout as sleep } from 'node:timers/promises';
import type { Letterhead } from '@letterhead/client';
import { createLetterhead } from '@letterhead/client';
import { makeTokenSecret } from '../../server/auth/token-secret.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';
import type { CrashRunOptions } from './crash-run.ts';
import { type Kill, killWhile } from './kill-while.ts';

/** What a run came to. */
export interface WebhooksReport {
  readonly kills: number;
  readonly events: number;
  readonly arrivals: number;
  readonly repeated: number;
  /** The longest time over which deliveries were begun that a kill repeated, in milliseconds: see `lagOf`. */
  readonly longestLag: number;
  /** Broken promises; there must be none. */
  readonly complaints: readonly string[];
}

const ENDPOINTS = 3;
/** In milliseconds. */
const PAUSE = 10;
const ANSWER = 5_000;
/** Over which the deliveries were begun that a kill may repeat. */
const LAG = 100;
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
  const killed: Kill[] = [];
  for (let kill = 1; kill <= kills; kill++) {
    const servers = await connect();
    killed.push(
      await killWhile(fleet, random, (over) => servers.map((server) => makeChanges(server, account, over))),
    );
    onKill?.(kill);
  }
  const last = await lastEvent((await connect())[0] ?? first, account);
  const complaints: string[] = [];
  for (const receiver of endpoints) {
    await untilArrived(receiver, account, last);
    complaints.push(...complaintsOf(receiver, killed, begin, last));
  }
  const arrivals = endpoints.reduce((sum, { received }) => sum + received.length, 0);
  const distinct = endpoints.reduce(
    (sum, { received }) => sum + new Set(received.map(({ id }) => id)).size,
    0,
  );
  const runs = endpoints.flatMap(({ received }) => repeatedRuns(received.map(toArrival)));
  const longestLag = Math.max(0, ...runs.map(({ run }) => lagOf(run)));
  return { kills, events: last, arrivals, repeated: arrivals - distinct, longestLag, complaints };
}

/** Creates and deletes domains, whatever becomes of the server: the log of events says what has happened. */
async function makeChanges(server: Letterhead, account: number, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    try {
      const domain = `d${process.hrtime.bigint()}.example`;
      // A connection that is made while the server is killed can be waited for without an end by Node's fetch.
      const signal = AbortSignal.timeout(ANSWER);
      const { id } = await server.domains.create.mutate({ account, domain }, { signal });
      await server.domains.delete.mutate({ account, id }, { signal });
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

/** What arrived before it did so again, in its order, and when it began to. */
interface RepeatedRun {
  readonly run: readonly Arrival[];
  readonly againAt: number;
}

interface Arrival {
  readonly event: number;
  readonly at: number;
}

function toArrival({ id, at }: Receiver['received'][number]): Arrival {
  return { event: Number(id.split('_').at(-1)), at };
}

function complaintsOf({ received, port }: Receiver, killed: readonly Kill[], begin: number, last: number) {
  const complaints: string[] = [];
  const arrivals = received.map(toArrival);
  let before = 0;
  for (const { event } of arrivals) {
    if (before !== 0 && event > before + 1)
      complaints.push(`${port}: event ${event} arrived right after ${before}.`);
    before = event;
  }
  for (const { run, againAt } of repeatedRuns(arrivals)) {
    const events = `${port}: events ${run[0]?.event} to ${run.at(-1)?.event} arrived twice`;
    const isKilled = killed.some(({ began, ended }) => ended >= (run[0]?.at ?? 0) && began <= againAt);
    if (!isKilled) complaints.push(`${events}, though nothing was killed in between.`);
    if (lagOf(run) > LAG) complaints.push(`${events}, which were sent over ${Math.round(lagOf(run))} ms.`);
  }
  const arrived = new Set(arrivals.map(({ event }) => event));
  for (let event = begin; event <= last; event++)
    if (!arrived.has(event)) complaints.push(`${port}: event ${event} never arrived.`);
  return complaints;
}

function repeatedRuns(arrivals: readonly Arrival[]): RepeatedRun[] {
  return arrivals.flatMap(({ event, at }, end) => {
    const isRepeated = event <= (arrivals[end - 1]?.event ?? 0);
    const start = isRepeated
      ? arrivals.findLastIndex((one, index) => index < end && one.event === event)
      : end;
    return isRepeated && start >= 0 ? [{ run: arrivals.slice(start, end), againAt: at }] : [];
  });
}

/**
 * From the second arrival of a run to the last but one. The first is noted before the second is sent, and the last is
 * begun after the one before it has arrived: so both are within what the server allows to be not kept, however long the
 * machine takes.
 */
function lagOf(run: readonly Arrival[]): number {
  return run.length < 4 ? 0 : (run.at(-2)?.at ?? 0) - (run[1]?.at ?? 0);
}
