import type { Instant } from '../../instant.ts';
import type {
  AccountRow,
  CheckTimes,
  DomainChange,
  DomainFilter,
  DomainRow,
  DueCheck,
  EventFilter,
  EventPage,
  EventRow,
  JsonValue,
  NewEvent,
  Store,
  TokenCreation,
  TokenOwner,
  TokenRow,
} from '../store.ts';
import type { AccountRegistry } from './account-registry.ts';
import type { Accounts } from './accounts.ts';
import { type DataFolder, PROBE_FILE } from './data-folder.ts';
import type { Domains } from './domains.ts';
import type { EventFeed } from './event-feed.ts';
import type { Ids } from './ids.ts';
import type { Installation } from './installation.ts';
import { accountUpdate } from './installation-steps.ts';
import type { LazyFile } from './lazy-file.ts';
import type { FolderLock } from './lock.ts';
import type { Schedule } from './schedule.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import type { StoreLog } from './store-log.ts';
import type { Tokens } from './tokens.ts';
import { readFailed, storeClosed, writeFailed } from './unavailable.ts';
import type { UnderWay } from './under-way.ts';

const NOTHING_HAPPENED: EventPage = {
  events: [],
  truncated: false,
  afterIsKept: true,
  first: null,
  last: 0,
};

/** What `openJsonStore` has put together. */
export interface JsonStoreParts {
  readonly folder: DataFolder;
  readonly lock: FolderLock;
  readonly log: StoreLog;
  readonly underWay: UnderWay;
  readonly ids: Ids;
  readonly installation: Installation;
  readonly registry: AccountRegistry;
  readonly accounts: Accounts;
  readonly domains: Domains;
  readonly feed: EventFeed;
  readonly schedule: Schedule;
  readonly scheduleFile: LazyFile;
  readonly tokens: Tokens;
  readonly tokenUseFile: LazyFile;
}

/** The store in files: `DATA_DIR`, held by this process alone. Made by `openJsonStore`. */
export class JsonStore implements Store {
  readonly #parts: JsonStoreParts;
  #closing: Promise<void> | null = null;
  #probing: Promise<void> | null = null;
  #snapshots = 0;

  constructor(parts: JsonStoreParts) {
    this.#parts = parts;
  }

  async listAccounts(): Promise<readonly AccountRow[]> {
    this.#assertOpen();
    return this.#parts.installation.accounts;
  }

  async getAccount(id: number): Promise<AccountRow | undefined> {
    this.#assertOpen();
    return this.#parts.installation.account(id);
  }

  createAccount(
    build: (id: number) => AccountRow,
    event: (row: AccountRow) => NewEvent,
    firstToken?: (account: AccountRow, id: number) => { row: TokenRow; event: NewEvent },
  ): Promise<AccountRow> {
    return this.#serve(() => this.#parts.accounts.create(build, event, firstToken));
  }

  updateAccount(
    id: number,
    change: (row: AccountRow) => { row: AccountRow; events: readonly NewEvent[] } | null,
  ): Promise<AccountRow | undefined> {
    const { installation, accounts, registry, schedule } = this.#parts;
    return this.#serve(async () => {
      const row = await installation.change(accountUpdate(id, change));
      if (row === undefined) return undefined;
      const domains = registry.loaded.get(id)?.domains ?? [];
      schedule.suspend(id, row.suspended, domains);
      await accounts.deliver(id);
      return row;
    });
  }

  deleteAccount(
    id: number,
    event: (row: AccountRow) => { account: number; event: NewEvent } | null,
  ): Promise<boolean> {
    const { accounts, tokens, schedule, scheduleFile } = this.#parts;
    return this.#serve(async () => {
      const deleted = await accounts.delete(id, event);
      if (deleted === null) return false;
      schedule.removeAccount(id, deleted.domains);
      scheduleFile.touch();
      tokens.forgetUses();
      return true;
    });
  }

  async findToken(hash: string): Promise<TokenRow | undefined> {
    this.#assertOpen();
    return this.#parts.installation.tokenByHash(hash);
  }

  async listTokens(account: number): Promise<readonly TokenRow[]> {
    this.#assertOpen();
    return this.#parts.installation.liveTokensOf(account);
  }

  createToken(
    owner: TokenOwner,
    build: (id: number) => TokenRow,
    event: (row: TokenRow) => NewEvent,
  ): Promise<TokenCreation> {
    return this.#serve(() => this.#parts.tokens.create(owner, build, event));
  }

  deleteToken(account: number, id: number, event: (row: TokenRow) => NewEvent): Promise<boolean> {
    return this.#serve(() => this.#parts.tokens.delete(account, id, event));
  }

  noteTokenUse(id: number, at: Instant): void {
    this.#parts.tokens.noteUse(id, at);
  }

  lastTokenUse(id: number): Instant | null {
    return this.#parts.tokens.lastUse(id);
  }

  async getDomain(account: number, id: number): Promise<DomainRow | undefined> {
    this.#assertOpen();
    return this.#parts.domains.get(account, id);
  }

  async listDomains(account: number, filter: DomainFilter): Promise<readonly DomainRow[]> {
    this.#assertOpen();
    return this.#parts.domains.list(account, filter);
  }

  createDomain(
    account: number,
    domain: string,
    limit: number,
    build: (id: number) => DomainRow,
    event: (row: DomainRow) => NewEvent,
  ): Promise<DomainChange> {
    return this.#serve(() => this.#parts.domains.create(account, domain, limit, build, event));
  }

  updateDomain(
    account: number,
    id: number,
    change: (row: DomainRow) => { row: DomainRow; events: readonly NewEvent[] } | null,
  ): Promise<DomainChange> {
    return this.#serve(() => this.#parts.domains.update(account, id, change));
  }

  deleteDomain(
    account: number,
    id: number,
    events: (row: DomainRow, shares: readonly TokenRow[]) => readonly NewEvent[],
  ): Promise<boolean> {
    return this.#serve(() => this.#parts.domains.delete(account, id, events));
  }

  listEvents(account: number, filter: EventFilter): Promise<EventPage> {
    return this.#serve(async () => {
      const { accounts, log } = this.#parts;
      const holder = accounts.find(account);
      if (holder === undefined) return NOTHING_HAPPENED;
      await accounts.deliver(account);
      try {
        return await holder.listEvents(filter);
      } catch (error) {
        log.error({ account, err: error }, 'the log of events cannot be read');
        throw readFailed(error);
      }
    });
  }

  subscribe(account: number, listener: (event: EventRow) => void): () => void {
    return this.#parts.feed.subscribe(account, listener);
  }

  async takeDueChecks(now: Instant, limit: number): Promise<readonly DueCheck[]> {
    this.#assertOpen();
    return this.#parts.schedule.take(now, limit);
  }

  noteCheckTimes(account: number, id: number, times: CheckTimes): void {
    if (this.#parts.schedule.note(account, id, times)) this.#parts.scheduleFile.touch();
  }

  checkTimes(account: number, id: number): CheckTimes | undefined {
    return this.#parts.schedule.times(account, id);
  }

  countDueChecks(now: Instant): number {
    return this.#parts.schedule.countDue(now);
  }

  async readEvidence(account: number, id: number): Promise<JsonValue | undefined> {
    this.#assertOpen();
    return this.#parts.domains.readEvidence(account, id);
  }

  writeEvidence(account: number, id: number, evidence: JsonValue): Promise<void> {
    return this.#serve(() => this.#parts.domains.writeEvidence(account, id, evidence));
  }

  /** By which the key that seals private keys is recognised at a start; null until one was written. */
  readSecretKeyCheck(): string | null {
    return this.#parts.installation.secretKeyCheck;
  }

  /** @throws LetterheadError `unavailable`. */
  writeSecretKeyCheck(check: string): Promise<void> {
    return this.#serve(() =>
      this.#parts.installation.change(() => ({ result: undefined, changed: { secret_key_check: check } })),
    );
  }

  /**
   * All that is in the folder, as it is at one moment while everything goes on: what a backup is made from.
   * To be disposed of. @throws LetterheadError `unavailable`.
   */
  snapshot(): Promise<Snapshot> {
    const { folder, scheduleFile, tokenUseFile } = this.#parts;
    return this.#serve(async () => {
      await scheduleFile.flush();
      await tokenUseFile.flush();
      try {
        return await takeSnapshot(folder, ++this.#snapshots);
      } catch (error) {
        throw writeFailed(error);
      }
    });
  }

  ready(): Promise<void> {
    this.#probing ??= this.#serve(() => this.#probe()).finally(() => {
      this.#probing = null;
    });
    return this.#probing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #probe(): Promise<void> {
    const { root } = this.#parts.folder;
    try {
      await root.replaceDurably(PROBE_FILE, ['Letterhead can write here.\n']);
      await root.remove(PROBE_FILE);
    } catch (error) {
      throw writeFailed(error);
    }
  }

  async #close(): Promise<void> {
    const { underWay, registry, installation, scheduleFile, tokenUseFile, ids, folder, lock } = this.#parts;
    await underWay.settled();
    for (const account of registry.loaded.values()) await account.settled();
    await installation.settled();
    await scheduleFile.flush();
    await tokenUseFile.flush();
    // The marks stay where they are if this fails: that costs a gap.
    await ids.close().catch(() => {});
    await folder.close();
    lock.release();
  }

  /** Does what `close` has to wait for. */
  #serve<R>(work: () => Promise<R>): Promise<R> {
    if (this.#closing !== null) return Promise.reject(storeClosed());
    return this.#parts.underWay.run(work());
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw storeClosed();
  }
}
