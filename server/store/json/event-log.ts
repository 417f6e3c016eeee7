import type { EventFilter, EventPage, EventRow } from '../store.ts';
import { checkHeader, type EventLine, eventLine, readTail } from './event-lines.ts';
import { collect, findOldest, isWanted } from './event-search.ts';
import { type OpenFile, unlessMissing } from './file-system.ts';
import type { Folder } from './folder.ts';
import { type AccountFile, FORMAT } from './formats.ts';

export interface EventLogLimits {
  /** A log that has grown to so many bytes becomes the older one of two, and the older one goes. */
  readonly segmentBytes: number;
  /** After so many events the log is synced, and the account's file no longer has to hold them. */
  readonly syncEvery: number;
}

interface EventLogOptions {
  folder: Folder;
  account: number;
  limits: EventLogLimits;
  /** The account as it is durable now. */
  state: () => AccountFile;
}

/**
 * `events/<account>.jsonl`: what happened in an account, a line an event. The account's file is what makes an event
 * durable, for its outbox holds the newest ones; the log takes them over, and is repaired from there after a crash.
 */
export class EventLog {
  readonly #folder: Folder;
  readonly #account: number;
  readonly #limits: EventLogLimits;
  readonly #state: () => AccountFile;
  readonly #current: string;
  readonly #older: string;
  /** What the file holds; null until it was looked at, while it is written, and after a write that failed. */
  #written: { size: number; lastId: number } | null = null;
  #lastId: number | null = null;
  #synced = 0;
  /** A sync has failed since: what it was to keep may be gone without a later one saying so. */
  #isDoubtful = false;
  #oldest: number | null = null;
  /** One thing at a time is done to the files. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: EventLogOptions) {
    this.#folder = options.folder;
    this.#account = options.account;
    this.#limits = options.limits;
    this.#state = options.state;
    this.#current = `${options.account}.jsonl`;
    this.#older = `${options.account}.1.jsonl`;
  }

  static namesOf(account: number): readonly string[] {
    return [`${account}.jsonl`, `${account}.1.jsonl`];
  }

  /** Whether the log was looked at. */
  get isPrepared(): boolean {
    return this.#lastId !== null;
  }

  /** Up to this id the log outlives a power cut. */
  get synced(): number {
    return this.#synced;
  }

  /** The newest id that the log is known to hold. */
  get lastId(): number {
    return this.#lastId ?? 0;
  }

  /** Looks at the log, and repairs its end from the outbox. Does so once; rejects where the disk does not let it. */
  async prepare(): Promise<void> {
    if (!this.isPrepared) await this.#alone(() => this.#writing(() => this.#recover()));
  }

  /** Takes over from the outbox what the log does not hold yet. */
  append(): Promise<void> {
    return this.#alone(async () => {
      const isFull = await this.#writing(() => this.#takeOver());
      if (isFull) await this.#writing(() => this.#rotate());
    });
  }

  /** Whether the log has grown so long that it is to be rotated. */
  async #takeOver(): Promise<boolean> {
    const { size, lastId } = await this.#recover();
    const events = this.#state().outbox.filter((event) => event.id > lastId);
    return events.length > 0 && (await this.#write(size, events));
  }

  /**
   * See `Store.listEvents`. What the outbox does not hold was synced before, so this does not rest on an append.
   * @throws DamagedFileError, and the system's errors.
   */
  list(filter: EventFilter): Promise<EventPage> {
    return this.#folder.reading(this.#current, () => this.#list(filter));
  }

  async #list(filter: EventFilter): Promise<EventPage> {
    const { last_event_id, outbox } = this.#state();
    const inOutboxFrom = outbox[0]?.id ?? last_event_id + 1;
    const isInLog = filter.after < inOutboxFrom - 1 || this.#oldest === null;
    const { files, oldest } = isInLog ? await this.#openFiles() : { files: [], oldest: this.#oldest };
    try {
      const events: EventRow[] = [];
      const logged = (event: EventRow) => event.id < inOutboxFrom && isWanted(event, filter);
      if (filter.after < inOutboxFrom - 1) {
        for (const file of files) await collect(file, filter, logged, events);
      }
      const pending = outbox.filter((event) => isWanted(event, filter));
      events.push(...pending.slice(0, filter.limit - events.length));
      const first = oldest ?? outbox[0]?.id ?? null;
      return {
        events,
        first,
        last: last_event_id,
        truncated: filter.after < (first ?? last_event_id + 1) - 1,
      };
    } finally {
      for (const file of files) await file.close();
    }
  }

  /** Once nothing is being done to the files. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  #writing<T>(work: () => Promise<T>): Promise<T> {
    return this.#folder.writing(this.#current, work);
  }

  async #write(size: number, events: readonly EventRow[]): Promise<boolean> {
    const text = (size === 0 ? this.#header() : '') + events.map(eventLine).join('');
    const written = { size: size + Buffer.byteLength(text), lastId: events.at(-1)?.id ?? 0 };
    // Null until all of it is there: a write that fails half-way leaves a torn line behind.
    this.#written = null;
    const file = await this.#folder.fileSystem.open(this.#folder.file(this.#current), 'a');
    try {
      await file.write(text);
      this.#written = written;
      this.#lastId = written.lastId;
      const full = written.size >= this.#limits.segmentBytes;
      if (full || written.lastId - this.#synced >= this.#limits.syncEvery)
        await this.#sync(file, written.lastId);
    } finally {
      await file.close();
    }
    return written.size >= this.#limits.segmentBytes;
  }

  async #sync(file: OpenFile, lastId: number): Promise<void> {
    try {
      await file.sync();
    } catch (error) {
      this.#written = null;
      this.#isDoubtful = true;
      throw error;
    }
    await this.#folder.sync();
    this.#synced = lastId;
  }

  /** Everything in the log has been synced by now, so that nothing depends on the new file's beginning. */
  async #rotate(): Promise<void> {
    await this.#folder.fileSystem.rename(this.#folder.file(this.#current), this.#folder.file(this.#older));
    this.#written = { size: 0, lastId: this.lastId };
    this.#oldest = null;
  }

  async #recover(): Promise<{ size: number; lastId: number }> {
    if (this.#written !== null) return this.#written;
    const { outbox, last_event_id } = this.#state();
    const from = outbox[0]?.id ?? Number.POSITIVE_INFINITY;
    const [older, current] = await Promise.all([
      this.#tailOf(this.#older, from),
      this.#tailOf(this.#current, from),
    ]);
    const logged = new Set([...older, ...current].flatMap(({ event }) => event?.id ?? []));
    const lastId = highest(outbox.at(-1)?.id ?? 0, logged);
    const end = current.at(-1);
    const isWhole = end?.complete !== false && outbox.every((event) => logged.has(event.id));
    const intact = isWhole && !this.#isDoubtful;
    const size = intact ? (end?.end ?? 0) : await this.#repair(older, current, outbox);
    // An account's file that was put back from an older time cannot stand in for a log that goes on behind it.
    const isBehind = lastId > last_event_id;
    if (intact && isBehind) await this.#syncCurrent(lastId);
    // What the outbox holds may not have been synced yet: it will be, with the events to come.
    this.#synced = intact && !isBehind ? Math.min(lastId, from - 1) : lastId;
    this.#lastId = lastId;
    this.#written = { size, lastId };
    return this.#written;
  }

  /**
   * Writes the end of the log anew: what it held of it, without the torn line, and what the outbox has beside. The
   * size that it has then.
   */
  async #repair(
    older: readonly EventLine[],
    current: readonly EventLine[],
    outbox: readonly EventRow[],
  ): Promise<number> {
    const from = outbox[0]?.id ?? Number.POSITIVE_INFINITY;
    const anew = current.findIndex(
      ({ event, complete }) => !complete || (event !== null && event.id >= from),
    );
    const kept = anew === -1 ? current : current.slice(0, anew);
    const rewritten = anew === -1 ? [] : current.slice(anew);
    const cut = rewritten[0]?.offset ?? kept.at(-1)?.end ?? 0;
    const events = new Map<number, EventRow>();
    for (const event of outbox) events.set(event.id, event);
    for (const { event } of rewritten) if (event !== null) events.set(event.id, event);
    for (const { event } of older) if (event !== null) events.delete(event.id);
    const file = await this.#folder.fileSystem.open(this.#folder.file(this.#current), 'a');
    try {
      await file.truncate(cut);
      const sorted = [...events.values()].sort((a, b) => a.id - b.id);
      await file.write((cut === 0 ? this.#header() : '') + sorted.map(eventLine).join(''));
      await file.sync();
      this.#isDoubtful = false;
      const size = await file.size();
      await this.#folder.sync();
      return size;
    } finally {
      await file.close();
    }
  }

  async #syncCurrent(lastId: number): Promise<void> {
    const file = await this.#open(this.#current);
    if (file === null) return;
    try {
      await this.#sync(file, lastId);
    } finally {
      await file.close();
    }
  }

  async #tailOf(name: string, from: number): Promise<EventLine[]> {
    const file = await this.#open(name);
    if (file === null) return [];
    try {
      await checkHeader(file, `events/${name}`, this.#account);
      return await readTail(file, from);
    } finally {
      await file.close();
    }
  }

  #open(name: string): Promise<OpenFile | null> {
    return unlessMissing(this.#folder.fileSystem.open(this.#folder.file(name), 'r'));
  }

  /** The older one first. Opened together, so that none is renamed in between, with the oldest id in them. */
  #openFiles(): Promise<{ files: readonly OpenFile[]; oldest: number | null }> {
    return this.#alone(async () => {
      const files: OpenFile[] = [];
      try {
        for (const name of [this.#older, this.#current]) {
          const file = await this.#open(name);
          if (file === null) continue;
          files.push(file);
          await checkHeader(file, `events/${name}`, this.#account);
        }
        this.#oldest ??= await findOldest(files);
        return { files, oldest: this.#oldest };
      } catch (error) {
        for (const file of files) await file.close();
        throw error;
      }
    });
  }

  #header(): string {
    return `${JSON.stringify({ format: FORMAT, account: this.#account })}\n`;
  }
}

function highest(least: number, ids: Iterable<number>): number {
  let found = least;
  for (const id of ids) found = Math.max(found, id);
  return found;
}
