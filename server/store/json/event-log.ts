import type { EventFilter, EventPage, EventRow } from '../store.ts';
import { checkHeader, type EventLine, eventLine, logHeader, readTail } from './event-lines.ts';
import { collect, findOldest, holds, isWanted } from './event-search.ts';
import { type OpenFile, unlessMissing } from './file-system.ts';
import type { Folder } from './folder.ts';
import type { AccountFile } from './formats.ts';
import { KeptEvents } from './kept-events.ts';

export interface EventLogLimits {
  /** A log that has grown to so many bytes becomes the older one of two; of the older one, audited events are kept. */
  readonly segmentBytes: number;
  /** After so many events the log is synced, and the account's file no longer has to hold them. */
  readonly syncEvery: number;
}

interface EventLogOptions {
  folder: Folder;
  account: number;
  limits: EventLogLimits;
  clock: () => Date;
  /** The account as it is durable now. */
  state: () => AccountFile;
}

/** The files of a log, the oldest first, and the lowest id in `files`. */
interface OpenLog {
  readonly kept: OpenFile | null;
  readonly files: readonly OpenFile[];
  readonly oldest: number | null;
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
  readonly #kept: KeptEvents;
  /** What the file holds; null until it was looked at, while it is written, and after a write that failed. */
  #written: { size: number; lastId: number } | null = null;
  #lastId: number | null = null;
  #synced = 0;
  /** A sync has failed since: what it was to keep may be gone without a later one saying so. */
  #isDoubtful = false;
  /** The lowest id in the current and the older log. */
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
    this.#kept = new KeptEvents(options.folder, options.account, options.clock);
  }

  static namesOf(account: number): readonly string[] {
    return [`${account}.jsonl`, `${account}.1.jsonl`, `${account}.kept.jsonl`];
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
      if (isFull) await this.#rotate();
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
    const opened = isInLog ? await this.#openFiles() : { kept: null, files: [], oldest: this.#oldest };
    const first = opened.oldest ?? outbox[0]?.id ?? null;
    const truncated = filter.after < (first ?? last_event_id + 1) - 1;
    const { kept } = opened;
    const files = truncated && kept !== null ? [kept, ...opened.files] : opened.files;
    try {
      const events: EventRow[] = [];
      // An event that was kept may be in the older log as well.
      const logged = (event: EventRow) =>
        event.id < inOutboxFrom && event.id > (events.at(-1)?.id ?? 0) && isWanted(event, filter);
      if (filter.after < inOutboxFrom - 1) {
        for (const file of files) await collect(file, filter, logged, events);
      }
      const pending = outbox.filter((event) => isWanted(event, filter));
      events.push(...pending.slice(0, filter.limit - events.length));
      const afterIsKept =
        !truncated || filter.after === 0 || (kept !== null && (await holds(kept, filter.after)));
      return { events, first, last: last_event_id, truncated, afterIsKept };
    } finally {
      for (const file of opened.files) await file.close();
      await kept?.close();
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
    const text = (size === 0 ? logHeader(this.#account) : '') + events.map(eventLine).join('');
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
    await this.#kept.keepFrom(this.#older);
    const [current, older] = [this.#folder.file(this.#current), this.#folder.file(this.#older)];
    await this.#writing(() => this.#folder.fileSystem.rename(current, older));
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
      await file.write((cut === 0 ? logHeader(this.#account) : '') + sorted.map(eventLine).join(''));
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
  #openFiles(): Promise<OpenLog> {
    return this.#alone(async () => {
      await using opened = new AsyncDisposableStack();
      const open = async (name: string) => {
        const file = await this.#open(name);
        if (file === null) return null;
        opened.defer(() => file.close());
        await checkHeader(file, `events/${name}`, this.#account);
        return file;
      };
      const kept = await open(this.#kept.name);
      const older = await open(this.#older);
      const current = await open(this.#current);
      const files = [older, current].filter((file) => file !== null);
      this.#oldest ??= await findOldest(files);
      opened.move();
      return { kept, files, oldest: this.#oldest };
    });
  }
}

function highest(least: number, ids: Iterable<number>): number {
  let found = least;
  for (const id of ids) found = Math.max(found, id);
  return found;
}
