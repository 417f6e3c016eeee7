import type { Instant } from '../../instant.ts';
import type { ImportedCursor } from '../import.ts';
import type { Cursor, CursorKind, CursorState, CursorStore, WebhookBacklog } from '../interface/cursors.ts';
import type { Account } from './account.ts';
import type { LazyFile } from './disk/document.ts';
import { jsonText, type RowTexts } from './disk/json-file.ts';
import { type CursorsFile, FORMAT } from './formats/files.ts';
import type { StoreParts } from './parts.ts';

const COLUMNS = ['kind', 'account', 'id', 'position', 'failures', 'due', 'slow', 'wake', 'memo'];

/** Of the one cursor of an account that is no webhook's. */
const NOTICES = { id: 0, after: 0, enabled: true };

type CursorsDeps = Pick<StoreParts, 'tasks' | 'files' | 'installation'>;

type Row = CursorsFile['cursors'][number];

interface Entry {
  state: CursorState;
  version: number;
  /** By `performance.now`, which a change of the system's clock doesn't move; 0: nobody holds it. */
  heldUntil: number;
  /** Rises with each claim of any cursor. */
  turn: number;
}

interface Wanted {
  readonly time: number;
  readonly now: Instant;
  readonly latest: Instant;
  readonly perAccount: number;
  readonly slow: boolean | null;
}

interface Candidate {
  readonly account: number;
  readonly id: number;
  readonly entry: Entry;
}

/**
 * How far each webhook and each account's notices have come: `cursors.json`, written soon after each change and not
 * synced. One that is not in the file, as after a crash, begins where its webhook says; notices with the first event.
 */
export class Cursors implements CursorStore {
  readonly #deps: CursorsDeps;
  readonly #file: LazyFile;
  /** Of states, which never change, their rows and the text of those: of very many, each write changes few. */
  readonly #rows = new WeakMap<CursorState, Row>();
  readonly #rowTexts: RowTexts = new WeakMap();
  /** By account, then by id. */
  readonly #entries = new Map<number, Map<number, Entry>>();
  /** By account, its last event when none of its cursors had anything to do: until there is another, none has. */
  readonly #idle: Readonly<Record<CursorKind, Map<number, number>>> = {
    webhook: new Map(),
    notice: new Map(),
  };
  /** Accounts that have or had a webhook, which are few of very many; null: not looked for yet. */
  #withWebhooks: Set<number> | null = null;
  #turn = 0;

  constructor(
    deps: CursorsDeps,
    content: CursorsFile | null,
    makeFile: (text: () => Iterable<string>) => LazyFile,
  ) {
    this.#deps = deps;
    this.#file = makeFile(() => this.#text());
    for (const [, account, id, position, failures, due, slow, wake, memo] of content?.cursors ?? [])
      this.#entry(account, id, position).state = { position, failures, due, slow, wake, memo };
  }

  claim(
    kind: CursorKind,
    { limit, lease, ...wanted }: Parameters<CursorStore['claim']>[1],
  ): Promise<readonly Cursor[]> {
    return this.#deps.tasks.look(() => {
      const time = performance.now();
      const ready = this.#candidates(kind, { time, ...wanted });
      return ready.slice(0, limit).map(({ account, id, entry }) => {
        entry.version++;
        entry.heldUntil = time + lease * 1000;
        entry.turn = ++this.#turn;
        return { kind, account, id, version: entry.version, lease, ...entry.state };
      });
    });
  }

  advance(cursor: Cursor, state: CursorState): Promise<boolean> {
    return this.#deps.tasks.serve(async () => {
      const isHeld = this.#move(cursor, state, performance.now() + cursor.lease * 1000);
      if (isHeld) await this.#file.written();
      return isHeld;
    });
  }

  release(cursor: Cursor, state: CursorState): Promise<boolean> {
    return this.#deps.tasks.serve(async () => {
      const isHeld = this.#move(cursor, state, 0);
      if (isHeld) this.#file.touch();
      return isHeld;
    });
  }

  state(_kind: CursorKind, account: number, id: number): Promise<CursorState | undefined> {
    return this.#deps.tasks.look(() => this.#entries.get(account)?.get(id)?.state);
  }

  webhookBacklog(): Promise<WebhookBacklog> {
    return this.#deps.tasks.serve(async () => {
      let disabled = 0;
      const waiting: Instant[] = [];
      for (const holder of this.#holders('webhook')) {
        const { webhooks, last_event_id } = holder.state;
        const enabled = webhooks.filter((row) => row.enabled);
        disabled += webhooks.length - enabled.length;
        const reached = enabled.map(({ id, after }) => this.#entry(holder.id, id, after).state.position);
        const after = Math.min(...reached);
        if (after >= last_event_id) continue;
        const [next] = (await holder.listEvents({ after, limit: 1 })).events;
        if (next !== undefined) waiting.push(next.at);
      }
      return { disabled, oldest: waiting.sort()[0] ?? null };
    });
  }

  /** Takes the cursor from its holder, and lets it go on at once, from `after` if that is later. */
  reset(account: number, id: number, after: number): Promise<void> {
    const entry = this.#entry(account, id, after);
    entry.version++;
    entry.heldUntil = 0;
    entry.state = { ...entry.state, position: Math.max(entry.state.position, after), failures: 0, due: null };
    this.#idle.webhook.delete(account);
    return this.#file.written();
  }

  /** For an account that comes from another store. */
  add(account: number, { kind, id, ...state }: ImportedCursor): void {
    this.#entry(account, id, 0).state = state;
    this.#withWebhooks = null;
    this.#idle[kind].delete(account);
    this.#file.touch();
  }

  /** The account has a webhook now. */
  addWebhook(account: number): void {
    this.#withWebhooks?.add(account);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  /** False: the lease has ended. */
  #move({ account, id, version }: Cursor, state: CursorState, heldUntil: number): boolean {
    const entry = this.#entries.get(account)?.get(id);
    if (entry === undefined || entry.version !== version || entry.heldUntil <= performance.now())
      return false;
    const { position, failures, due, slow, wake, memo } = state;
    entry.state = { position, failures, due, slow, wake, memo };
    entry.heldUntil = heldUntil;
    return true;
  }

  /** In the order of their turns. */
  #candidates(kind: CursorKind, wanted: Wanted): Candidate[] {
    const { time, perAccount, slow } = wanted;
    const turns: { readonly rank: number; readonly candidate: Candidate }[] = [];
    for (const holder of this.#holders(kind)) {
      // Of very many, nearly all have nothing to do.
      if (this.#isIdle(kind, holder)) continue;
      const ready: Candidate[] = [];
      let held = 0;
      for (const { id, after, enabled } of cursorsOf(kind, holder)) {
        const entry = this.#entry(holder.id, id, after);
        if (entry.state.slow !== slow) continue;
        if (entry.heldUntil > time) held++;
        else if (enabled && this.#isReady(holder, entry.state, wanted))
          ready.push({ account: holder.id, id, entry });
      }
      ready
        .sort((a, b) => a.entry.turn - b.entry.turn)
        .slice(0, Math.max(0, perAccount - held))
        .forEach((candidate, at) => {
          turns.push({ rank: held + at, candidate });
        });
    }
    turns.sort((a, b) => a.rank - b.rank || a.candidate.entry.turn - b.candidate.entry.turn);
    return turns.map(({ candidate }) => candidate);
  }

  /** Accounts that are served and can have cursors of the kind. */
  *#holders(kind: CursorKind): Iterable<Account> {
    const { installation, files } = this.#deps;
    const all = () => installation.state.accounts.map(({ id }) => id);
    if (kind === 'webhook') this.#withWebhooks ??= new Set(all().filter((id) => this.#hasWebhooks(id)));
    for (const id of kind === 'notice' ? all() : (this.#withWebhooks ?? [])) {
      const holder = installation.account(id)?.suspended === false ? files.loadedAccount(id) : undefined;
      if (holder !== undefined) yield holder;
    }
  }

  #hasWebhooks(account: number): boolean {
    return (this.#deps.files.loadedAccount(account)?.state.webhooks ?? []).length > 0;
  }

  #isIdle(kind: CursorKind, holder: Account): boolean {
    const account = holder.id;
    const lastEvent = holder.state.last_event_id;
    if (this.#deps.installation.hasWaiting(account)) return false;
    if (this.#idle[kind].get(account) === lastEvent) return true;
    for (const { id, after, enabled } of cursorsOf(kind, holder)) {
      const { state, heldUntil } = this.#entry(account, id, after);
      const isDone = state.position >= lastEvent || !enabled;
      if (!isDone || heldUntil > 0 || state.due !== null || state.wake !== null) return false;
    }
    this.#idle[kind].set(account, lastEvent);
    return true;
  }

  #isReady(holder: Account, { position, due, wake }: CursorState, { now, latest }: Wanted): boolean {
    const hasCome = (planned: Instant) => planned <= now || planned > latest;
    if (due !== null && !hasCome(due)) return false;
    if (wake !== null && hasCome(wake)) return true;
    return holder.state.last_event_id > position || this.#deps.installation.hasWaiting(holder.id);
  }

  #entry(account: number, id: number, position: number): Entry {
    const ofAccount = this.#entries.get(account) ?? new Map<number, Entry>();
    this.#entries.set(account, ofAccount);
    const entry = ofAccount.get(id) ?? newEntry(position);
    ofAccount.set(id, entry);
    // A kill may have kept that its webhook skips a backlog, and not that the cursor does.
    if (entry.state.position < position) entry.state = { ...entry.state, position };
    return entry;
  }

  #text(): Iterable<string> {
    this.#forgetGone();
    const cursors: Row[] = [];
    for (const [account, entries] of this.#entries)
      for (const [id, { state }] of entries) {
        const row = this.#rows.get(state) ?? toRow(account, id, state);
        this.#rows.set(state, row);
        cursors.push(row);
      }
    return jsonText({ format: FORMAT, columns: COLUMNS, cursors } satisfies CursorsFile, this.#rowTexts);
  }

  /** Of an account that cannot be read, nothing is known to be gone. */
  #forgetGone(): void {
    const listed = new Set(this.#deps.installation.state.accounts.map(({ id }) => id));
    for (const [account, entries] of this.#entries) {
      if (!listed.has(account)) {
        this.#entries.delete(account);
        this.#withWebhooks?.delete(account);
        this.#idle.webhook.delete(account);
        this.#idle.notice.delete(account);
      }
      const webhooks = this.#deps.files.loadedAccount(account)?.state.webhooks;
      if (webhooks === undefined) continue;
      const ids = new Set([NOTICES, ...webhooks].map(({ id }) => id));
      for (const id of entries.keys()) if (!ids.has(id)) entries.delete(id);
    }
  }
}

function toRow(account: number, id: number, { position, failures, due, slow, wake, memo }: CursorState): Row {
  const kind = id === NOTICES.id ? 'notice' : 'webhook';
  return [kind, account, id, position, failures, due, slow, wake, memo];
}

function cursorsOf(kind: CursorKind, { state }: Account) {
  return kind === 'notice' ? [NOTICES] : state.webhooks;
}

function newEntry(position: number): Entry {
  const state = { position, failures: 0, due: null, slow: null, wake: null, memo: null };
  return { state, version: 0, heldUntil: 0, turn: 0 };
}
