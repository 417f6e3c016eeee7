/** What a heap orders: `due` rises to the top, `place` is the heap's own. */
export interface HeapEntry {
  due: number;
  /** Its index in the heap; -1 while it is in none. */
  place: number;
}

/** A binary heap whose entries know their place, so that any of them can be taken out. */
export class DueHeap<E extends HeapEntry> {
  readonly #entries: E[] = [];

  get first(): E | undefined {
    return this.#entries[0];
  }

  /** For an entry that is in no heap. Its `due` must not change while it is in one. */
  put(entry: E): void {
    this.#set(this.#entries.length, entry);
    this.#rise(entry);
  }

  /** Does nothing where the entry is not in the heap. */
  remove(entry: E): void {
    if (entry.place === -1) return;
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#set(entry.place, last);
      this.#rise(last);
      this.#sink(last);
    }
    entry.place = -1;
  }

  /** How many are due at `now`, each as `weigh` says; looks at those and their children only. */
  countDue(now: number, weigh: (entry: E) => number = () => 1, place = 0): number {
    const entry = this.#entries[place];
    if (entry === undefined || entry.due > now) return 0;
    const left = this.countDue(now, weigh, 2 * place + 1);
    return weigh(entry) + left + this.countDue(now, weigh, 2 * place + 2);
  }

  #set(place: number, entry: E): void {
    this.#entries[place] = entry;
    entry.place = place;
  }

  #rise(entry: E): void {
    for (;;) {
      const parent = this.#entries[(entry.place - 1) >> 1];
      if (parent === undefined || parent.due <= entry.due) return;
      this.#swap(parent, entry);
    }
  }

  #sink(entry: E): void {
    for (;;) {
      const left = this.#entries[2 * entry.place + 1];
      const right = this.#entries[2 * entry.place + 2];
      const child = right !== undefined && left !== undefined && right.due < left.due ? right : left;
      if (child === undefined || child.due >= entry.due) return;
      this.#swap(entry, child);
    }
  }

  #swap(a: E, b: E): void {
    const place = a.place;
    this.#set(b.place, a);
    this.#set(place, b);
  }
}

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

  /** Does nothing where the entry is not in here. */
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
