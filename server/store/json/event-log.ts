import type { EventFilter, EventPage, EventRow } from '../interface/events.ts';
import type { OpenFile } from './disk/file-system.ts';
import type { Folder } from './disk/folder.ts';
import {
  collect,
  type EventLine,
  eventLine,
  findOldest,
  holds,
  isWanted,
  logHeader,
  openLog,
  readTail,
} from './event-lines.ts';
import type { AccountFile } from './formats/files.ts';
import { keepAudited, keptName } from './kept-events.ts';

export interface EventLogLimits {
  /** A log that has grown to so many bytes becomes the older one of two; of the older one, audited events are kept. */
  readonly segmentBytes: number;
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
interface OpenLog extends AsyncDisposable {
  readonly kept: OpenFile | null;
  readonly files: readonly OpenFile[];
  readonly oldest: number | null;
}

const NOTHING_OPEN: OpenLog = { kept: null, files: [], oldest: null, async [Symbol.asyncDispose]() {} };

/** What the end of the current log is like. */
interface Tail {
  /** Up to here it is whole; what lies behind is cut off before anything is appended. */
  readonly size: number;
  readonly lastId: number;
  readonly isClean: boolean;
}

/**
 * `events/<account>.jsonl`: what happened in an account, a line an event. The account's file holds the newest events.
 * When it has too many, its oldest are spilled: appended here and synced before the file is written without them. So
 * whatever is in here has happened, and what a crash left behind half-written is still in the account's file.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #folder: Folder;
  readonly #account: number;
  readonly #current: string;
  readonly #older: string;
  /** Null until it was looked at. */
  #tail: Tail | null = null;
  #preparing: Promise<Tail> | null = null;
  /** Whether the name of the current log outlives a power cut: a process that was killed may not have come to that. */
  #isNamed = false;
  /** The lowest id in the current and the older log. */
  #oldest: number | null = null;
  /** One thing at a time is done to the files. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.#account = options.account;
    this.#current = `${options.account}.jsonl`;
    this.#older = `${options.account}.1.jsonl`;
  }

  static namesOf(account: number): readonly string[] {
    return [`${account}.jsonl`, `${account}.1.jsonl`, keptName(account)];
  }

  /** Whether the log was looked at. */
  get isPrepared(): boolean {
    return this.#tail !== null;
  }

  /** The newest id that the log is known to hold. */
  get lastId(): number {
    return this.#tail?.lastId ?? 0;
  }

  /** Looks at the end of the log. Does so once; rejects where the disk does not let it. */
  async prepare(): Promise<void> {
    if (this.isPrepared) return;
    this.#preparing ??= this.#alone(() => this.#writing(() => this.#readTail())).finally(() => {
      this.#preparing = null;
    });
    await this.#preparing;
  }

  /**
   * Appends events that are durable in the account's file, which need not hold them any more once this resolves.
   * Those that the log has already are not repeated.
   */
  spill(events: readonly EventRow[]): Promise<void> {
    return this.#alone(async () => {
      await this.#writing(() => this.#append(events));
      if ((this.#tail?.size ?? 0) >= this.#options.limits.segmentBytes) await this.#rotate();
    });
  }

  /**
   * See `Store.listEvents`. What the outbox does not hold was synced before.
   * @throws DamagedFileError, and the system's errors.
   */
  list(filter: EventFilter): Promise<EventPage> {
    return this.#folder.reading(this.#current, () => this.#list(filter));
  }

  async #list(filter: EventFilter): Promise<EventPage> {
    const { last_event_id, outbox } = this.#options.state();
    const inOutboxFrom = outbox[0]?.id ?? last_event_id + 1;
    const isInLog = filter.after < inOutboxFrom - 1 || this.#oldest === null;
    await using opened = isInLog ? await this.#openFiles() : { ...NOTHING_OPEN, oldest: this.#oldest };
    const first = opened.oldest ?? outbox[0]?.id ?? null;
    const truncated = filter.after < (first ?? last_event_id + 1) - 1;
    const { kept } = opened;
    const files = truncated && kept !== null ? [kept, ...opened.files] : opened.files;
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

  async #append(events: readonly EventRow[]): Promise<void> {
    const tail = this.#tail ?? (await this.#readTail());
    const fresh = events.filter((event) => event.id > tail.lastId);
    const text = (tail.size === 0 ? logHeader(this.#account) : '') + fresh.map(eventLine).join('');
    // Until all of it is synced: what a write or a sync that fails leaves behind is written anew.
    this.#tail = { ...tail, isClean: false };
    await this.#write(fresh.length > 0 ? text : '', tail);
    if (!this.#isNamed) await this.#folder.sync();
    this.#isNamed = true;
    const size = fresh.length > 0 ? tail.size + Buffer.byteLength(text) : tail.size;
    this.#tail = { size, lastId: fresh.at(-1)?.id ?? tail.lastId, isClean: true };
  }

  async #write(text: string, tail: Tail): Promise<void> {
    await using file = await this.#folder.fileSystem.open(this.#folder.file(this.#current), 'a');
    if (!tail.isClean) await file.truncate(tail.size);
    if (text !== '') await file.write(text);
    await file.sync();
  }

  /** Everything in the log has been synced by now, so that nothing depends on the new file's beginning. */
  async #rotate(): Promise<void> {
    await keepAudited(this.#folder, this.#account, this.#older, this.#options.clock);
    const [current, older] = [this.#folder.file(this.#current), this.#folder.file(this.#older)];
    await this.#writing(() => this.#folder.fileSystem.rename(current, older));
    this.#tail = { size: 0, lastId: this.lastId, isClean: true };
    this.#isNamed = false;
    this.#oldest = null;
  }

  async #readTail(): Promise<Tail> {
    const { last_event_id } = this.#options.state();
    const current = await this.#tailOf(this.#current);
    let logged = idsOf(current.filter(({ complete }) => complete));
    // What is in the older log came before.
    if (logged.length === 0) logged = idsOf(await this.#tailOf(this.#older));
    const lastId = logged.reduce((highest, id) => Math.max(highest, id), 0);
    // An account's file that was put back from an older time cannot stand in for a log that goes on behind it.
    if (lastId > last_event_id) await this.#syncCurrent();
    const torn = current.find(({ complete }) => !complete);
    this.#tail = { size: torn?.offset ?? current.at(-1)?.end ?? 0, lastId, isClean: torn === undefined };
    return this.#tail;
  }

  async #syncCurrent(): Promise<void> {
    await using file = await this.#open(this.#current);
    await file?.sync();
    await this.#folder.sync();
  }

  async #tailOf(name: string): Promise<EventLine[]> {
    await using file = await this.#open(name);
    if (file === null) return [];
    const lines = await readTail(file);
    const last = lines.at(-1);
    // A torn line can look whole: then the event before it is the last one.
    return last?.complete === false && last.event !== null ? await readTail(file, last.event.id) : lines;
  }

  #open(name: string): Promise<OpenFile | null> {
    return openLog(this.#folder, name, this.#account);
  }

  /** The older one first. Opened together, so that none is renamed in between, with the oldest id in them. */
  #openFiles(): Promise<OpenLog> {
    return this.#alone(async () => {
      await using opened = new AsyncDisposableStack();
      const open = async (name: string) => opened.use(await this.#open(name));
      const kept = await open(keptName(this.#account));
      const older = await open(this.#older);
      const current = await open(this.#current);
      const files = [older, current].filter((file) => file !== null);
      this.#oldest ??= await findOldest(files);
      const held = opened.move();
      return { kept, files, oldest: this.#oldest, [Symbol.asyncDispose]: () => held.disposeAsync() };
    });
  }
}

function idsOf(lines: readonly EventLine[]): number[] {
  return lines.flatMap(({ event }) => event?.id ?? []);
}
