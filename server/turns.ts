import { setImmediate as roundOfEventLoop } from 'node:timers/promises';
import { FairSemaphore } from './fair-semaphore.ts';
import { REQUEST_LIMITS } from './limits.ts';

/** One for the whole process, as there is one event loop. Null: whoever has no account. */
const turns = new FairSemaphore<number | null>({ total: 1, perOwner: 1 });

/**
 * Resolves when an account may go on with long work: after what else is to do in this round of the event loop, one
 * piece of work a round, the accounts in turn.
 */
export async function nextTurn(account: number | null): Promise<void> {
  await roundOfEventLoop();
  await turns.acquire(account);
  // By then, this turn's work is done, or waits for its next turn.
  setImmediate(() => turns.release(account));
}

/** The turns of one request, whose work is done in slices. */
export class Turns {
  /** The account that it counts for, once that is known. */
  account: number | null = null;

  next(): Promise<void> {
    return nextTurn(this.account);
  }

  /** `items.map(map)` in slices: what took long enough lets others have their turn. */
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
