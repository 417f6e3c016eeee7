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

  /** Content where the entry is not in the heap. */
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
