import type { Clock } from '../instant.ts';
import { KEY_ZONE_LIMITS } from '../limits.ts';
import type { DomainRef } from '../store/interface/domain-row.ts';
import type { Timer } from '../timer.ts';
import { compareZone, lasting } from './compare.ts';
import type { ZoneFailure } from './describe-failure.ts';
import { type Primary, PrimaryError } from './primary.ts';
import type { ZoneChange } from './update-message.ts';
import {
  type Difference,
  type KeyZoneState,
  type LabelContent,
  namesOf,
  type ZoneContent,
} from './zone-content.ts';

export interface KeyZoneDeps {
  readonly zone: string;
  readonly primary: Primary;
  readonly content: ZoneContent;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly observer: KeyZoneObserver;
  /** Whether this process holds the zone: of several, one compares and repairs it by itself. */
  readonly holds: () => Promise<boolean>;
}

/** Told how the zone fares. */
export interface KeyZoneObserver {
  /** Changes could not be sent, or the zone not compared; they are tried again. */
  failed(failure: ZoneFailure): void;
  /** What could not be done before was done. */
  recovered(): void;
  /** The zone had something else than it was to have, and was repaired. */
  repaired(differences: readonly Difference[]): Promise<void>;
}

interface Waiting {
  readonly owner: DomainRef;
  readonly since: Date;
}

/**
 * Keeps the key zone at what it is to hold: sends what changes, compares all of it at the start and hourly, and repairs
 * it. What could not be sent waits, and is lost with the process: the next start compares.
 */
export class KeyZone {
  readonly #deps: KeyZoneDeps;
  readonly #waiting = new Map<string, Waiting>();
  readonly #closing = new AbortController();
  #sending: Promise<void> | null = null;
  #comparing: Promise<unknown> = Promise.resolve();
  #failure: ZoneFailure | null = null;
  #wait: number = KEY_ZONE_LIMITS.shortestWait;
  #cancelRetry: (() => void) | null = null;
  #cancelComparison = () => {};
  #tooMany = false;
  #comparedAt: Date | null = null;
  #differences = 0;
  /** When it was last compared and repaired by itself; null: not since this process holds it. */
  #keptAt: Date | null = null;

  constructor(deps: KeyZoneDeps) {
    this.#deps = deps;
  }

  get state(): KeyZoneState {
    const [oldest] = this.#waiting.values();
    return {
      waiting: this.#waiting.size,
      waitingSince: oldest?.since ?? null,
      failure: this.#failure,
      comparedAt: this.#comparedAt,
      differences: this.#differences,
    };
  }

  /** Compares and repairs the zone as soon as this process holds it, and hourly while it does. */
  start(): void {
    this.#keepIn(0);
  }

  /** Sends what a domain has in the zone, which may have changed, and returns at once. */
  changed(owner: DomainRef): void {
    const key = `${owner.account}/${owner.id}`;
    if (this.#waiting.size >= KEY_ZONE_LIMITS.waiting && !this.#waiting.has(key)) this.#tooMany = true;
    else this.#waiting.set(key, { owner, since: this.#waiting.get(key)?.since ?? this.#deps.clock() });
    if (this.#cancelRetry === null) this.#send();
  }

  /** Resolves once nothing waits any more, or the primary has not taken it. */
  async settled(): Promise<void> {
    while (this.#sending !== null) await this.#sending;
  }

  /** What differs in the zone now, and is not on its way. Rejects with `PrimaryError`, or as the store does. */
  compare(): Promise<readonly Difference[]> {
    const comparison = this.#comparing.then(() => this.#compare());
    this.#comparing = comparison.catch(() => {});
    return comparison;
  }

  /** The same, and puts it right. */
  async repair(): Promise<readonly Difference[]> {
    const differences = await this.compare();
    await this.#putRight(differences);
    return differences;
  }

  async #putRight(differences: readonly Difference[]): Promise<void> {
    const changes = differences.flatMap(({ name, owner, expected }): ZoneChange[] =>
      expected === null || owner === null ? [{ name, text: expected }] : [],
    );
    await this.#deps.primary.update(changes, this.#closing.signal);
    for (const { owner, expected } of differences)
      if (owner !== null && expected !== null) this.changed(owner);
    await this.settled();
  }

  /** Waits a moment for what is on its way; the next start finds what was not sent. */
  async close(): Promise<void> {
    this.#cancelComparison();
    const end = setTimeout(() => this.#closing.abort(), KEY_ZONE_LIMITS.closing);
    await this.settled();
    clearTimeout(end);
    this.#closing.abort();
    this.#cancelRetry?.();
    await this.#comparing;
  }

  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
      // What came in the meantime was not seen by the loop.
      if (this.#waiting.size > 0 && this.#cancelRetry === null && !this.#closing.signal.aborted) this.#send();
    });
  }

  async #sendAll(): Promise<void> {
    this.#cancelRetry = null;
    try {
      while (this.#waiting.size > 0 && !this.#closing.signal.aborted) await this.#sendSome();
      this.#succeeded();
    } catch (error) {
      this.#failed(error);
      if (!this.#closing.signal.aborted) this.#retry();
    }
  }

  /**
   * Reads what domains are to have, sends it, and reads it again: what another process sent later may have been newer, and
   * is sent once more then.
   */
  async #sendSome(): Promise<void> {
    const { content, primary, zone } = this.#deps;
    const some = [...this.#waiting].slice(0, KEY_ZONE_LIMITS.domainsAtOnce);
    const read = () => Promise.all(some.map(([, { owner }]) => content.of(owner)));
    const before = await read();
    const changes = before.flatMap((one) => (one === undefined ? [] : namesOf(one, zone)));
    await primary.update(
      changes.map(([name, text]) => ({ name, text })),
      this.#closing.signal,
    );
    const after = await read();
    for (const [at, [key, waiting]] of some.entries()) {
      const isSame = isSameContent(before[at], after[at]);
      if (isSame && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    }
  }

  async #compare(): Promise<readonly Difference[]> {
    const { primary, content, zone, clock } = this.#deps;
    const { signal } = this.#closing;
    const once = () => compareZone(primary, content, zone, signal);
    const first = await once();
    // What was on its way during one comparison is not in both of them.
    const found = first.length === 0 ? [] : lasting(first, await once());
    const differences = found.filter(
      ({ owner }) => owner === null || !this.#waiting.has(`${owner.account}/${owner.id}`),
    );
    this.#comparedAt = clock();
    this.#differences = differences.length;
    return differences;
  }

  #keepIn(milliseconds: number): void {
    if (this.#closing.signal.aborted) return;
    this.#cancelComparison = this.#deps.timer(milliseconds, () => void this.#keep());
  }

  async #keep(): Promise<void> {
    try {
      if (!(await this.#deps.holds())) this.#keptAt = null;
      else if (this.#isDue()) await this.#repairByItself();
    } catch (error) {
      this.#failed(error);
    }
    this.#keepIn(KEY_ZONE_LIMITS.holdInterval);
  }

  #isDue(): boolean {
    const age = this.#deps.clock().getTime() - (this.#keptAt?.getTime() ?? 0);
    // A clock that was ahead may be right again.
    return Math.abs(age) >= KEY_ZONE_LIMITS.compareInterval;
  }

  async #repairByItself(): Promise<void> {
    const differences = await this.compare();
    // A comparison takes a while, in which another process may have come to hold the zone.
    if (differences.length > 0 && !(await this.#deps.holds())) return;
    await this.#putRight(differences);
    this.#keptAt = this.#deps.clock();
    if (differences.length > 0) await this.#deps.observer.repaired(differences);
    if (this.#cancelRetry === null) this.#succeeded();
  }

  #succeeded(): void {
    if (this.#failure !== null) this.#deps.observer.recovered();
    this.#failure = null;
    this.#wait = KEY_ZONE_LIMITS.shortestWait;
    if (!this.#tooMany) return;
    this.#tooMany = false;
    this.#keptAt = null;
    this.#cancelComparison();
    this.#keepIn(0);
  }

  #failed(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const failure = error instanceof PrimaryError ? error.reason : 'store';
    if (failure !== this.#failure) this.#deps.observer.failed(failure);
    this.#failure = failure;
  }

  #retry(): void {
    this.#cancelRetry = this.#deps.timer(this.#wait, () => {
      this.#cancelRetry = null;
      this.#send();
    });
    this.#wait = Math.min(2 * this.#wait, KEY_ZONE_LIMITS.longestWait);
  }
}

function isSameContent(one: LabelContent | undefined, other: LabelContent | undefined): boolean {
  const identity = (content: LabelContent | undefined) =>
    content === undefined ? null : JSON.stringify([content.label, [...content.texts]]);
  return identity(one) === identity(other);
}
