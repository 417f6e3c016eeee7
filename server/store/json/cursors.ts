import type { Instant } from '../../instant.ts';
import type { ImportedCursor } from '../import.ts';
import type { Cursor, CursorKind, CursorState, CursorStore, WebhookBacklog } from '../interface/cursors.ts';
import type { PendingTasks } from '../tasks.ts';
import type { Account } from './account.ts';
import type { AccountFiles } from './account-files.ts';
import type { LazyFile } from './disk/document.ts';
import { jsonText } from './disk/json-file.ts';
import { type CursorsFile, FORMAT } from './formats/files.ts';
import type { Installation } from './installation.ts';

const COLUMNS = ['kind', 'account', 'id', 'position', 'failures', 'due', 'slow', 'wake', 'memo'];

/** Of the one cursor of an account that is no webhook's. */
const NOTICES = { id: 0, after: 0, enabled: true };

interface CursorsDeps {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly installation: Installation;
}

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
  /** By account, then by id. */
  readonly #entries = new Map<number, Map<number, Entry>>();
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

  async claim(
    kind: CursorKind,
    { now, limit, perAccount, lease, slow }: Parameters<CursorStore['claim']>[1],
  ): Promise<readonly Cursor[]> {
    this.#deps.tasks.assertOpen();
    const time = performance.now();
    const ready = this.#candidates(kind, { time, now, perAccount, slow });
    return ready.slice(0, limit).map(({ account, id, entry }) => {
      entry.version++;
      entry.heldUntil = time + lease * 1000;
      entry.turn = ++this.#turn;
      return { kind, account, id, version: entry.version, lease, ...entry.state };
    });
  }

  advance(cursor: Cursor, state: CursorState): Promise<boolean> {
    return this.#move(cursor, state, cursor.lease);
  }

  release(cursor: Cursor, state: CursorState): Promise<boolean> {
    return this.#move(cursor, state, 0);
  }

  async state(_kind: CursorKind, account: number, id: number): Promise<CursorState | undefined> {
    this.#deps.tasks.assertOpen();
    return this.#entries.get(account)?.get(id)?.state;
  }

  webhookBacklog(): Promise<WebhookBacklog> {
    return this.#deps.tasks.serve(async () => {
      let disabled = 0;
      const waiting: Instant[] = [];
      for (const holder of this.#holders('webhook')) {
        const enabled = holder.webhooks.filter((row) => row.enabled);
        disabled += holder.webhooks.length - enabled.length;
        const reached = enabled.map(({ id, after }) => this.#entry(holder.id, id, after).state.position);
        const after = Math.min(...reached);
        if (after >= holder.lastEvent) continue;
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
    return this.#file.written();
  }

  /** For an account that comes from another store. */
  add(account: number, { kind: _, id, ...state }: ImportedCursor): void {
    this.#entry(account, id, 0).state = state;
    this.#withWebhooks = null;
    this.#file.touch();
  }

  /** The account has a webhook now. */
  addWebhook(account: number): void {
    this.#withWebhooks?.add(account);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  #move({ account, id, version, lease }: Cursor, state: CursorState, seconds: number): Promise<boolean> {
    return this.#deps.tasks.serve(async () => {
      const time = performance.now();
      const entry = this.#entries.get(account)?.get(id);
      if (entry === undefined || entry.version !== version || entry.heldUntil <= time) return false;
      const { position, failures, due, slow, wake, memo } = state;
      entry.state = { position, failures, due, slow, wake, memo };
      entry.heldUntil = seconds === 0 ? 0 : time + lease * 1000;
      await this.#file.written();
      return true;
    });
  }

  /** In the order of their turns. */
  #candidates(kind: CursorKind, { time, now, perAccount, slow }: Wanted): Candidate[] {
    const turns: { readonly rank: number; readonly candidate: Candidate }[] = [];
    for (const holder of this.#holders(kind)) {
      const ready: Candidate[] = [];
      let held = 0;
      // Of very many, nearly all have nothing to do: nothing is made for those.
      for (const { id, after, enabled } of kind === 'notice' ? [NOTICES] : holder.webhooks) {
        const entry = this.#entry(holder.id, id, after);
        if (entry.state.slow !== slow) continue;
        if (entry.heldUntil > time) held++;
        else if (enabled && this.#isReady(holder, entry.state, now))
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
    const all = () => installation.accounts.map(({ id }) => id);
    if (kind === 'webhook') this.#withWebhooks ??= new Set(all().filter((id) => this.#hasWebhooks(id)));
    for (const id of kind === 'notice' ? all() : (this.#withWebhooks ?? [])) {
      const holder = installation.account(id)?.suspended === false ? files.loadedAccount(id) : undefined;
      if (holder !== undefined) yield holder;
    }
  }

  #hasWebhooks(account: number): boolean {
    return (this.#deps.files.loadedAccount(account)?.webhooks ?? []).length > 0;
  }

  #isReady(holder: Account, { position, due, wake }: CursorState, now: Instant): boolean {
    if (due !== null && due > now) return false;
    if (wake !== null && wake <= now) return true;
    return holder.lastEvent > position || this.#deps.installation.hasWaiting(holder.id);
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
    const cursors: CursorsFile['cursors'] = [];
    for (const [account, entries] of this.#entries)
      for (const [id, { state }] of entries) {
        const { position, failures, due, slow, wake, memo } = state;
        const kind = id === NOTICES.id ? 'notice' : 'webhook';
        cursors.push([kind, account, id, position, failures, due, slow, wake, memo]);
      }
    return jsonText({ format: FORMAT, columns: COLUMNS, cursors } satisfies CursorsFile);
  }

  /** Of an account that cannot be read, nothing is known to be gone. */
  #forgetGone(): void {
    const listed = new Set(this.#deps.installation.accounts.map(({ id }) => id));
    for (const [account, entries] of this.#entries) {
      if (!listed.has(account)) {
        this.#entries.delete(account);
        this.#withWebhooks?.delete(account);
      }
      const webhooks = this.#deps.files.loadedAccount(account)?.webhooks;
      if (webhooks === undefined) continue;
      const ids = new Set([NOTICES, ...webhooks].map(({ id }) => id));
      for (const id of entries.keys()) if (!ids.has(id)) entries.delete(id);
    }
  }
}

function newEntry(position: number): Entry {
  const state = { position, failures: 0, due: null, slow: null, wake: null, memo: null };
  return { state, version: 0, heldUntil: 0, turn: 0 };
}
