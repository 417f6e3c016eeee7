import { instantAfter, toInstant } from '../../instant.ts';
import { KEY_ZONE_LIMITS } from '../../limits.ts';
import { freeze } from '../freeze.ts';
import type { EventFilter, EventPage, EventRow, NewEvent } from '../interface/events.ts';
import type { RetiredLabel } from '../interface/key-zone.ts';
import type { WebhookRow } from '../interface/webhooks.ts';
import { retiredLabelOf } from '../retired-label.ts';
import type { StoreLog } from '../store-log.ts';
import { Document } from './disk/document.ts';
import type { Folder } from './disk/folder.ts';
import { JsonFile } from './disk/json-file.ts';
import { EventLog, type EventLogLimits } from './event-log.ts';
import { type AccountFile, AccountFileShape, FORMAT, type OutboxEntry } from './formats/files.ts';
import { EventRowSchema, type StoredDomain } from './formats/rows.ts';

/** Where accounts live, and who hears of their events. */
export interface AccountDeps {
  readonly accounts: Folder;
  readonly events: Folder;
  readonly log: StoreLog;
  readonly eventLog: EventLogLimits;
  readonly clock: () => Date;
  publish(account: number, events: readonly EventRow[]): void;
}

/** So many of the newest events stay in the account's file; with more, the oldest are spilled but for these. */
const MOST_EVENTS = 8;
const EVENTS_LEFT = 4;

/** What a change to an account comes to. Without domains or webhooks, these stay as they are. */
export interface AccountStep<R> {
  readonly result: R;
  readonly domains?: readonly StoredDomain[];
  /** The row before, of a domain that was deleted or renamed. */
  readonly gone?: StoredDomain;
  readonly webhooks?: readonly WebhookRow[];
  readonly events?: readonly NewEvent[];
}

export function accountFileName(account: number): string {
  return `${account}.json`;
}

export function accountJsonFile(accounts: Folder, account: number): JsonFile<AccountFile> {
  return new JsonFile(accounts, accountFileName(account), `accounts/${account}.json`, AccountFileShape);
}

/** The file of an account in which nothing but `events` has happened yet. */
export function emptyAccountFile(account: number, events: readonly NewEvent[]): AccountFile {
  const empty: AccountFile = {
    format: FORMAT,
    account,
    last_event_id: 0,
    installation_sequence: 0,
    outbox: [],
    domains: [],
    retired_labels: [],
    webhooks: [],
  };
  return withEvents(empty, events, 0);
}

/** One account's domains, keys and events: `accounts/<id>.json` and `events/<id>.*`. */
export class Account {
  readonly id: number;
  readonly #deps: AccountDeps;
  readonly #document: Document<AccountFile>;
  /** Null until it is needed: most accounts have no news, and there may be very many. */
  #eventLog: EventLog | null = null;
  /** Made when it is first needed after a change. */
  #byName = { domains: [] as readonly StoredDomain[], index: new Map<string, StoredDomain>() };
  /** Said once, until it works again. */
  #spillFailed = false;

  /** `state` is what its file holds. */
  constructor(state: AccountFile, deps: AccountDeps) {
    this.id = state.account;
    this.#deps = deps;
    this.#document = new Document(accountJsonFile(deps.accounts, this.id), state, {
      log: deps.log,
      prepare: (before, after) => this.#spill(before, after),
      onCommit: (before, after) => this.#announce(before, after),
    });
  }

  /** As it is durable. */
  get state(): AccountFile {
    return this.#document.state;
  }

  domain(id: number): StoredDomain | undefined {
    const { domains } = this.state;
    const row = domains[indexOf(domains, id)];
    return row?.id === id ? row : undefined;
  }

  /** By id. */
  named(names: readonly string[]): StoredDomain[] {
    const { domains } = this.state;
    if (this.#byName.domains !== domains) {
      this.#byName = { domains, index: new Map(domains.map((row) => [row.domain, row])) };
    }
    return names
      .flatMap((name) => this.#byName.index.get(name) ?? [])
      .sort((one, other) => one.id - other.id);
  }

  has(domain: number): boolean {
    return this.domain(domain) !== undefined;
  }

  /**
   * Changes the account by what it holds at the moment of the change; the events become durable with it. `nextEvent` is
   * the id of the first of them.
   * @throws LetterheadError `unavailable`; DocumentClosedError; what `step` throws.
   */
  async change<R>(step: (state: AccountFile, nextEvent: number) => AccountStep<R>): Promise<R> {
    await this.#prepareLog();
    return this.#document.change((state) => {
      const nextEvent = Math.max(this.#log.lastId, state.last_event_id) + 1;
      const { result, events = [], gone, ...changed } = step(state, nextEvent);
      if (changed.domains === undefined && changed.webhooks === undefined && events.length === 0)
        return [state, result];
      const retired =
        gone === undefined ? {} : { retired_labels: this.#withRetired(state.retired_labels, [gone]) };
      return [this.#withEvents({ ...state, ...changed, ...retired }, events), result];
    });
  }

  /** The labels that are no domain's any more, and those of its domains as well once the account is deleted. */
  retiredLabels({ all }: { readonly all: boolean }): readonly RetiredLabel[] {
    const { retired_labels, domains } = this.state;
    return all ? this.#withRetired(retired_labels, domains) : retired_labels;
  }

  #withRetired(labels: readonly RetiredLabel[], gone: readonly StoredDomain[]): readonly RetiredLabel[] {
    const now = this.#deps.clock();
    const oldest = instantAfter(now, -KEY_ZONE_LIMITS.retiredAge);
    const added = gone.flatMap((row) => retiredLabelOf(row, toInstant(now)) ?? []);
    return [...labels.filter(({ retired_at }) => retired_at > oldest), ...added];
  }

  /** Takes over what is this account's in the installation's outbox. */
  async deliver(entries: readonly OutboxEntry[]): Promise<void> {
    await this.#prepareLog();
    await this.#document.change((state) => {
      const fresh = entries.filter((entry) => entry.sequence > state.installation_sequence);
      const last = fresh.at(-1);
      if (last === undefined) return [state, undefined];
      const events = fresh.map(({ event }) => event);
      return [this.#withEvents({ ...state, installation_sequence: last.sequence }, events), undefined];
    });
  }

  /** @throws DamagedFileError, and the system's errors. */
  listEvents(filter: EventFilter): Promise<EventPage> {
    return this.#log.list(filter);
  }

  /** Publishes all events of a new account. */
  announceAll(): void {
    this.#deps.publish(this.id, this.state.outbox);
  }

  /** Stops all writes, because the account was deleted. */
  async close(): Promise<void> {
    await this.#document.close();
    await this.#eventLog?.settled();
  }

  async settled(): Promise<void> {
    await this.#document.settled();
  }

  get #log(): EventLog {
    this.#eventLog ??= new EventLog({
      folder: this.#deps.events,
      account: this.id,
      limits: this.#deps.eventLog,
      clock: this.#deps.clock,
      state: () => this.state,
    });
    return this.#eventLog;
  }

  /** Prevents reusing the id of an event where the account's file was put back from a backup and the log was not. */
  async #prepareLog(): Promise<void> {
    if (this.#log.isPrepared) return;
    // A log that cannot be read does not stop the account: its events wait in the account's file.
    await this.#log.prepare().catch(() => {});
  }

  #withEvents(state: AccountFile, events: readonly NewEvent[]): AccountFile {
    return withEvents(state, events, this.#log.lastId);
  }

  /** Where the log cannot be written, events wait in the account's file. */
  async #spill(before: AccountFile, after: AccountFile): Promise<AccountFile> {
    if (after.outbox.length <= MOST_EVENTS) return after;
    const last = after.last_event_id - EVENTS_LEFT;
    const oldest = before.outbox.filter((event) => event.id <= last);
    const { log } = this.#deps;
    try {
      await this.#log.spill(oldest);
      this.#spillFailed = false;
    } catch (error) {
      const details = { file: `events/${this.id}.jsonl`, err: error };
      if (!this.#spillFailed) log.warn(details, 'event log append failed; events kept in the account file');
      this.#spillFailed = true;
      return after;
    }
    const spilled = oldest.at(-1)?.id ?? 0;
    return { ...after, outbox: after.outbox.filter((event) => event.id > spilled) };
  }

  #announce(before: AccountFile, after: AccountFile): void {
    if (after.last_event_id === before.last_event_id) return;
    const events = after.outbox.filter((event) => event.id > before.last_event_id);
    this.#deps.publish(this.id, events);
  }
}

function withEvents(state: AccountFile, events: readonly NewEvent[], logged: number): AccountFile {
  // A log that goes on behind an account's file of an older time holds all that the file does.
  const isBehind = logged > state.last_event_id;
  const last = isBehind ? logged : state.last_event_id;
  const rows = events.map((event, at) => freeze(EventRowSchema.parse({ id: last + 1 + at, ...event })));
  return {
    ...state,
    last_event_id: last + rows.length,
    outbox: [...(isBehind ? [] : state.outbox), ...rows],
  };
}

/** Index of the domain with this id, or of the first with a larger one. */
export function indexOf(domains: readonly StoredDomain[], id: number): number {
  let low = 0;
  let high = domains.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((domains[middle]?.id ?? id) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
