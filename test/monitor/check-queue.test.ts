import { LetterheadError } from '@letterhead/shared';
import { describe, expect, test } from 'vitest';
import { CHECK_LIMITS } from '../../server/limits.ts';
import type { CheckJob, CheckRequest } from '../../server/monitor/check-job.ts';
import { CheckQueue } from '../../server/monitor/check-queue.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { sendingDomain } from '../verification/sending-domain.ts';
import { FakeTime, SECOND } from './fake-time.ts';

const REQUEST: CheckRequest = {
  actor: { kind: 'token', token_id: 3, address: '192.0.2.1' },
  mode: 'verify',
};
const ROW = sendingDomain();
const domain = (id: number, account = 1) => ({ account, id });

/** A queue whose checks go on when the test says so. */
function openQueue(total = 8, perOwner = total) {
  const time = new FakeTime('2026-01-01T00:00:00Z');
  const started: { job: CheckJob; end: (row?: DomainRow | null) => Promise<void> }[] = [];
  const queue = new CheckQueue({
    ...time,
    limits: { total, perOwner },
    onCapacity: () => {},
    run: (job) => {
      const { promise, resolve } = Promise.withResolvers<DomainRow | undefined>();
      const end = async (row: DomainRow | null = ROW) => {
        resolve(row ?? undefined);
        await settled();
      };
      started.push({ job, end });
      return promise;
    },
  });
  return { time, queue, started, idsStarted: () => started.map(({ job }) => job.target.id) };
}

/** Lets everything happen that needs no more than promises. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
}

describe('checks that are asked for', () => {
  test('requests for a check that has asked nothing yet share it', async () => {
    const { queue, started } = openQueue();
    const asked = [
      queue.request(domain(1), REQUEST),
      queue.request(domain(1), REQUEST),
      queue.request(domain(1), REQUEST),
    ];
    expect(started).toHaveLength(1);
    at(started, 0).job.begin();
    await at(started, 0).end();
    expect(await Promise.all(asked)).toEqual([ROW, ROW, ROW]);
  });

  test('requests that come after the first question share the next check, which waits for this one', async () => {
    const { queue, started } = openQueue();
    const first = queue.request(domain(1), REQUEST);
    at(started, 0).job.begin();
    const later = [queue.request(domain(1), REQUEST), queue.request(domain(1), REQUEST)];
    expect(started).toHaveLength(1);
    await at(started, 0).end();
    expect(await first).toBe(ROW);
    expect(started).toHaveLength(2);
    at(started, 1).job.begin();
    const changed = sendingDomain({ selector: 'another' });
    await at(started, 1).end(changed);
    expect(await Promise.all(later)).toEqual([changed, changed]);
  });

  test('a request joins a due check that has not begun, and is recorded as its actor', async () => {
    const { queue, started } = openQueue();
    queue.add(domain(1));
    const asked = queue.request(domain(1), REQUEST);
    expect(started).toHaveLength(1);
    expect(at(started, 0).job.begin()).toEqual(REQUEST);
    await at(started, 0).end();
    expect(await asked).toBe(ROW);
  });

  test('a requested check ends within ten seconds, even if it waited for another check', async () => {
    const { queue, started, time } = openQueue();
    queue.add(domain(1));
    at(started, 0).job.begin();
    const asked = queue.request(domain(1), REQUEST);
    time.pass(4.9 * SECOND);
    expect(at(started, 0).job.signal.aborted).toBe(true);
    await at(started, 0).end();
    at(started, 1).job.begin();
    expect(at(started, 1).job.signal.aborted).toBe(false);
    time.pass(4.9 * SECOND);
    expect(at(started, 1).job.signal.aborted).toBe(true);
    await at(started, 1).end();
    expect(await asked).toBe(ROW);
  });

  test('requested checks go before due checks', async () => {
    const { queue, started, idsStarted } = openQueue(1);
    queue.add(domain(1));
    queue.add(domain(2));
    void queue.request(domain(3), REQUEST);
    await at(started, 0).end();
    expect(idsStarted()).toEqual([1, 3]);
  });

  test('a request that finds no room for long is refused, and told when to come again', async () => {
    const { queue, started, time } = openQueue(1);
    queue.add(domain(1));
    const asked = queue.request(domain(2), REQUEST);
    time.pass(7 * SECOND);
    await expect(asked).rejects.toMatchObject({ code: 'unavailable', retryAfter: expect.any(Number) });
    await at(started, 0).end();
    expect(started).toHaveLength(1);
  });

  test('requests are refused at shutdown, whether they run or wait', async () => {
    const { queue, started } = openQueue(1);
    const asked = [queue.request(domain(1), REQUEST), queue.request(domain(2), REQUEST)];
    const closed = queue.close();
    for (const one of asked) {
      await expect(one).rejects.toMatchObject({ code: 'unavailable', retryAfter: expect.any(Number) });
    }
    expect(at(started, 0).job.signal.aborted).toBe(true);
    expect(at(started, 0).job.cancelled).toBe(true);
    await at(started, 0).end();
    await closed;
    await expect(queue.request(domain(3), REQUEST)).rejects.toBeInstanceOf(LetterheadError);
    expect(started).toHaveLength(1);
  });

  test('a request gets the error of a check that fails', async () => {
    const { time } = openQueue();
    const queue = new CheckQueue({
      ...time,
      limits: { total: 1, perOwner: 1 },
      onCapacity: () => {},
      run: () => Promise.reject(new LetterheadError('unavailable', 'The disk is full.')),
    });
    await expect(queue.request(domain(1), REQUEST)).rejects.toThrow('The disk is full.');
  });
});

describe('checks that are due', () => {
  test('due checks run side by side, and leave room for requested checks', () => {
    const { queue, idsStarted } = openQueue(8);
    for (let id = 1; id <= 20; id++) queue.add(domain(id));
    expect(idsStarted()).toEqual([1, 2, 3, 4, 5, 6]);
    void queue.request(domain(21), REQUEST);
    expect(idsStarted()).toEqual([1, 2, 3, 4, 5, 6, 21]);
  });

  test('due checks of slow domains hold up no other domain', async () => {
    const { queue, started, idsStarted, time } = openQueue(8);
    for (const id of [1, 2, 3, 4, 5, 6]) queue.add(domain(id));
    time.pass(9 * SECOND);
    for (const { end } of started) await end();
    started.length = 0;

    for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) queue.add(domain(id));
    expect(idsStarted()).toEqual([1, 2, 7, 8, 9, 10]);
    expect(queue.capacity).toBe(0);
    await at(started, 2).end();
    expect(queue.capacity).toBe(1);
  });

  test('a due check is added once, however often it comes up', () => {
    const { queue } = openQueue(1);
    for (let i = 0; i < 3; i++) queue.add(domain(1));
    expect({ inFlight: queue.inFlight, waiting: queue.waiting }).toEqual({ inFlight: 1, waiting: 0 });
  });

  test('a check ends by itself, whatever the DNS does', () => {
    const { queue, started, time } = openQueue();
    queue.add(domain(1));
    at(started, 0).job.begin();
    time.pass(8 * SECOND);
    expect(at(started, 0).job.signal.aborted).toBe(false);
    time.pass(2 * SECOND);
    expect(at(started, 0).job.signal.aborted).toBe(true);
  });
});

describe('accounts', () => {
  test('an account that has its share of checks under way holds up no other’s, requested or due', () => {
    const { queue, idsStarted } = openQueue(16, 8);
    for (let id = 1; id <= 60; id++) void queue.request(domain(id), REQUEST).catch(() => {});
    for (let id = 101; id <= 600; id++) queue.add(domain(id));
    expect(idsStarted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    void queue.request(domain(1001, 2), REQUEST);
    queue.add(domain(1002, 2));
    expect(idsStarted().slice(8)).toEqual([1001, 1002]);
  });

  test('a requested check finds room in the share of an account with hundreds of due checks', () => {
    const { queue, idsStarted } = openQueue(128, 64);
    for (let id = 1; id <= 500; id++) queue.add(domain(id));
    expect(idsStarted()).toHaveLength(48);
    for (let id = 501; id <= 516; id++) void queue.request(domain(id), REQUEST);
    expect(idsStarted().slice(48)).toEqual(Array.from({ length: 16 }, (_, i) => 501 + i));
  });

  test('accounts take turns when all room is taken', async () => {
    const { queue, started, idsStarted } = openQueue(2);
    for (const [id, account] of [
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [5, 2],
      [6, 3],
    ] as const) {
      void queue.request(domain(id, account), REQUEST);
    }
    for (let i = 0; i < 6; i++) await at(started, i).end();
    expect(idsStarted()).toEqual([1, 2, 3, 5, 6, 4]);
  });

  test('accounts that have their share leave room for due checks of others', () => {
    const { queue, idsStarted } = openQueue(16, 8);
    for (let id = 1; id <= 100; id++) queue.add(domain(id));
    expect({ started: idsStarted().length, waiting: queue.waiting, capacity: queue.capacity }).toEqual({
      started: 6,
      waiting: 94,
      capacity: 6,
    });
  });

  test('accounts cannot make more due checks wait than there is memory for', () => {
    const { queue } = openQueue(16, 8);
    for (let id = 1; id <= 2 * CHECK_LIMITS.waiting && queue.capacity > 0; id++) queue.add(domain(id));
    expect([queue.waiting, queue.capacity]).toEqual([CHECK_LIMITS.waiting, 0]);
  });
});

describe('domains that are known to be slow', () => {
  /** Lets checks of these domains take nine seconds each. */
  async function slowChecks({ queue, started, time }: ReturnType<typeof openQueue>, ids: readonly number[]) {
    started.length = 0;
    for (const id of ids) queue.add(domain(id));
    time.pass(9 * SECOND);
    for (const { end } of started) await end();
    started.length = 0;
  }

  test('a slow domain is forgotten when it is deleted', async () => {
    const opened = openQueue(8);
    await slowChecks(opened, [1, 2, 3]);
    const { queue, started, idsStarted, time } = opened;
    for (const id of [1, 2, 3]) queue.add(domain(id));
    expect(idsStarted()).toEqual([1, 2]);
    time.pass(9 * SECOND);
    for (const { end } of started) await end(null);
    started.length = 0;
    for (const id of [1, 2, 3]) queue.add(domain(id));
    expect(idsStarted()).toEqual([1, 2, 3]);
  });

  test('slow domains are forgotten when there are very many, the longest ago first', async () => {
    const opened = openQueue(8);
    const { queue, idsStarted } = opened;
    await slowChecks(opened, [1, 2, 3]);
    for (let id = 100; id < 100 + CHECK_LIMITS.slowDomains; id += 5) {
      await slowChecks(opened, [id, id + 1, id + 2, id + 3, id + 4]);
    }
    for (const id of [1, 2, 3, 100, 101, 102]) queue.add(domain(id));
    expect(idsStarted()).toEqual([1, 2, 3, 100, 101]);
  });
});
