import type { Document } from './document.ts';
import type { IdsFile } from './formats.ts';

export type IdKind = 'account' | 'token' | 'domain';

/** How many ids are reserved with one write; a crash leaves a gap of as many at most. */
const RESERVED_AT_ONCE: Record<IdKind, number> = { account: 10, token: 10, domain: 100 };

/**
 * Gives out ids that were never given before. An id is given only below a mark that is already durable, so that
 * none comes twice after a crash; a clean close takes the mark back to where the giving stopped.
 */
export class Ids {
  readonly #document: Document<IdsFile>;
  readonly #counters: Record<IdKind, IdCounter>;

  constructor(document: Document<IdsFile>) {
    this.#document = document;
    this.#counters = {
      account: new IdCounter(document, 'account'),
      token: new IdCounter(document, 'token'),
      domain: new IdCounter(document, 'domain'),
    };
  }

  /** @throws LetterheadError `unavailable`. */
  take(kind: IdKind): Promise<number> {
    return this.#counters[kind].take();
  }

  /** Does `work` with an id at hand, which is given again where `work` did not take it. */
  async lend<R>(kind: IdKind, work: (take: () => number) => Promise<R>): Promise<R> {
    const id = await this.take(kind);
    let taken = false;
    try {
      return await work(() => {
        taken = true;
        return id;
      });
    } finally {
      if (!taken) this.#counters[kind].giveBack(id);
    }
  }

  /** Lets the next start go on without a gap. Nothing may be taken any more. */
  async close(): Promise<void> {
    const { account, token, domain } = this.#counters;
    const exact = { account: account.next, token: token.next, domain: domain.next };
    await this.#document.change((marks) => {
      const same = (['account', 'token', 'domain'] as const).every((kind) => marks[kind] === exact[kind]);
      return [same ? marks : { ...marks, ...exact }, undefined];
    });
  }
}

class IdCounter {
  readonly #document: Document<IdsFile>;
  readonly #kind: IdKind;
  #next: number;
  /** Ids below `#next` that came back, ascending. */
  #returned: number[] = [];
  #reserving: Promise<void> | null = null;

  constructor(document: Document<IdsFile>, kind: IdKind) {
    this.#document = document;
    this.#kind = kind;
    this.#next = document.state[kind];
  }

  /** The lowest id that was never given. */
  get next(): number {
    return this.#next;
  }

  async take(): Promise<number> {
    for (;;) {
      const returned = this.#returned.shift();
      if (returned !== undefined) return returned;
      if (this.#next < this.#document.state[this.#kind]) return this.#next++;
      this.#reserving ??= this.#reserve();
      await this.#reserving;
    }
  }

  giveBack(id: number): void {
    this.#returned.push(id);
    this.#returned.sort((a, b) => a - b);
    // What is at the top was as good as never given.
    while (this.#returned.at(-1) === this.#next - 1) {
      this.#returned.pop();
      this.#next--;
    }
  }

  async #reserve(): Promise<void> {
    try {
      await this.#document.change((marks) => [
        { ...marks, [this.#kind]: this.#next + RESERVED_AT_ONCE[this.#kind] },
        undefined,
      ]);
    } finally {
      this.#reserving = null;
    }
  }
}
