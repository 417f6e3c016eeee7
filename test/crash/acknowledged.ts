import type { Domain, Event } from '@letterhead/shared';

/** What clients were told of one account, and what they have asked for without hearing back. */
export class Acknowledged {
  readonly account: number;
  /** The names of domains that are there, by id. */
  readonly #names = new Map<number, string>();
  readonly #deleted = new Set<number>();
  /** Ids that were asked to be renamed or deleted when the server died: they may be either way. */
  readonly #inDoubt = new Map<number, string | null>();
  readonly #notCreated = new Set<string>();
  #lastEventId = 0;

  constructor(account: number) {
    this.account = account;
  }

  created({ id, domain }: Pick<Domain, 'id' | 'domain'>): void {
    if (this.#names.has(id) || this.#deleted.has(id)) throw new Error(`The id ${id} was given twice.`);
    this.#names.set(id, domain);
  }

  renamed({ id, domain }: Pick<Domain, 'id' | 'domain'>): void {
    this.#names.set(id, domain);
    this.#inDoubt.delete(id);
  }

  deleted(id: number): void {
    this.#names.delete(id);
    this.#deleted.add(id);
    this.#inDoubt.delete(id);
  }

  /** A change is asked for: to another name, or to be gone (null). Until it is acknowledged, both may be found. */
  asked(id: number, to: string | null): void {
    this.#inDoubt.set(id, to);
  }

  /** The server says that nothing was made: the name, which nobody else asks for, must not turn up. */
  notCreated(name: string): void {
    this.#notCreated.add(name);
  }

  /** The server says that nothing was changed. */
  refused(id: number): void {
    this.#inDoubt.delete(id);
  }

  /** Domains that nobody is changing. */
  settled(): number[] {
    return [...this.#names.keys()].filter((id) => !this.#inDoubt.has(id));
  }

  /**
   * Holds what a restarted server says against what was acknowledged. One sentence for each broken promise. What was
   * never acknowledged is taken over as it is found.
   */
  complaints(domains: readonly Domain[], events: readonly Event[]): string[] {
    const found = new Map(domains.map(({ id, domain }) => [id, domain]));
    const complaints = [
      ...this.#lost(found),
      ...[...this.#deleted]
        .filter((id) => found.has(id))
        .map((id) => `domain ${id} was deleted, and is back`),
      ...[...found]
        .filter(([, name]) => this.#notCreated.has(name))
        .map(([id, name]) => `domain ${id} is ${name}, which was refused`),
      ...this.#contradictions(found, events),
      ...this.#unordered(events),
    ];
    this.#takeOver(found, events);
    return complaints.map((complaint) => `account ${this.account}: ${complaint}`);
  }

  #lost(found: ReadonlyMap<number, string>): string[] {
    return [...this.#names].flatMap(([id, name]) => {
      const doubt = this.#inDoubt.get(id);
      const now = found.get(id);
      if (now === name) return [];
      if (doubt !== undefined && now === (doubt ?? undefined)) return [];
      return [`domain ${id} was ${name}, and is ${now ?? 'gone'}`];
    });
  }

  /** The events, told one after the other, must come to just what is there: none missing, none too many. */
  #contradictions(found: ReadonlyMap<number, string>, events: readonly Event[]): string[] {
    const told = new Map<number, string>();
    for (const { type, domain } of events) {
      if (domain === null) continue;
      if (type === 'domain.created' || type === 'domain.renamed') told.set(domain.id, domain.name);
      if (type === 'domain.deleted') told.delete(domain.id);
    }
    const ids = new Set([...told.keys(), ...found.keys()]);
    return [...ids]
      .filter((id) => told.get(id) !== found.get(id))
      .map(
        (id) => `domain ${id} is ${found.get(id) ?? 'gone'}, but its events say ${told.get(id) ?? 'gone'}`,
      );
  }

  #unordered(events: readonly Event[]): string[] {
    const ids = events.map(({ id }) => id);
    const gap = ids.findIndex((id, at) => id !== at + 1);
    const last = ids.at(-1) ?? 0;
    return [
      ...(gap === -1 ? [] : [`event ${ids[gap]} stands where ${gap + 1} should`]),
      ...(last < this.#lastEventId ? [`event ${this.#lastEventId} was there, and is gone`] : []),
    ];
  }

  #takeOver(found: ReadonlyMap<number, string>, events: readonly Event[]): void {
    for (const { domain } of events) {
      if (domain !== null && !found.has(domain.id)) this.#deleted.add(domain.id);
    }
    this.#names.clear();
    for (const [id, name] of found) this.#names.set(id, name);
    this.#inDoubt.clear();
    this.#lastEventId = events.at(-1)?.id ?? 0;
  }
}
