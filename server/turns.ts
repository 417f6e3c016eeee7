import { setImmediate as roundOfEventLoop } from 'node:timers/promises';
import { FairSemaphore } from './fair-semaphore.ts';
import { REQUEST_LIMITS } from './limits.ts';

/** Shared by the whole process, which has one event loop. Null: callers without an account. */
const turns = new FairSemaphore<number | null>({ total: 1, perOwner: 1 });

/**
 * Resolves when an account may continue long work: one slice per round of the event loop, after everything else of the
 * round, the accounts in turn.
 */
export async function nextTurn(account: number | null): Promise<void> {
  await roundOfEventLoop();
  await turns.acquire(account);
  // By then, the work of this turn is done, or waits for its next turn.
  setImmediate(() => turns.release(account));
}

/** Turns of one request, whose work is done in slices. */
export class Turns {
  /** The account of the request, once it is known. */
  account: number | null = null;

  next(): Promise<void> {
    return nextTurn(this.account);
  }

  /** `items.map(map)` in slices of `REQUEST_LIMITS.stretch` milliseconds. */
  async map<Item, Result>(
    items: readonly Item[],
    map: (item: Item, index: number) => Result,
  ): Promise<Result[]> {
    const { rowsAtAStretch, stretch } = REQUEST_LIMITS;
    const results: Result[] = [];
    let began = performance.now();
    for (const [at, item] of items.entries()) {
      if (at % rowsAtAStretch === 0 && performance.now() - began >= stretch) {
        await this.next();
        began = performance.now();
      }
      results.push(map(item, at));
    }
    return results;
  }
}
