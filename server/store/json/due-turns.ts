import { DueHeap, type HeapEntry } from './due-heap.ts';

export interface OwnedEntry extends HeapEntry {
  readonly account: number;
}

/** An account and what it has waiting; `due` is that of the first. */
interface AccountEntry<E extends OwnedEntry> extends HeapEntry {
  readonly id: number;
  readonly entries: DueHeap<E>;
}

/**
 * Gives what is due by account in turn, and within an account the longest due first: an account that has much due holds
 * up no other. Each call costs the logarithm of what is there.
 */
export class DueTurns<E extends OwnedEntry> {
  readonly #accounts = new Map<number, AccountEntry<E>>();
  /** Accounts of which nothing was due when they were last looked at. */
  readonly #waiting = new DueHeap<AccountEntry<E>>();
  /** The others, in the order of their turns. */
  readonly #turns = new Set<AccountEntry<E>>();

  /** For an entry that is not in here. Its `due` must not change while it is. */
  put(entry: E): void {
    const account = this.#accounts.get(entry.account) ?? {
      due: 0,
      place: -1,
      id: entry.account,
      entries: new DueHeap<E>(),
    };
    this.#accounts.set(account.id, account);
    account.entries.put(entry);
    if (!this.#turns.has(account)) this.#wait(account);
  }

  /** Content where the entry is not in here. */
  remove(entry: E): void {
    const account = this.#accounts.get(entry.account);
    if (account === undefined || entry.place === -1) return;
    account.entries.remove(entry);
    if (!this.#turns.has(account)) this.#wait(account);
  }

  /** Takes out what comes next; undefined where nothing is due at `now`. */
  take(now: number): E | undefined {
    for (let due = this.#waiting.first; due !== undefined && due.due <= now; due = this.#waiting.first) {
      this.#waiting.remove(due);
      this.#turns.add(due);
    }
    for (const account of this.#turns) {
      this.#turns.delete(account);
      const { first } = account.entries;
      const taken = first !== undefined && first.due <= now ? first : undefined;
      if (taken !== undefined) account.entries.remove(taken);
      // Comes after every other account, if it has more.
      if (taken !== undefined && (account.entries.first?.due ?? now + 1) <= now) this.#turns.add(account);
      else this.#wait(account);
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  countDue(now: number): number {
    let count = this.#waiting.countDue(now, (account) => account.entries.countDue(now));
    for (const { entries } of this.#turns) count += entries.countDue(now);
    return count;
  }

  #wait(account: AccountEntry<E>): void {
    this.#waiting.remove(account);
    const { first } = account.entries;
    if (first === undefined) {
      this.#accounts.delete(account.id);
      return;
    }
    account.due = first.due;
    this.#waiting.put(account);
  }
}
