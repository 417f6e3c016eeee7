import { errorCode } from '../../errno.ts';
import type { NextIds } from '../import.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { NewEvent } from '../interface/events.ts';
import type { StoreLog } from '../store-log.ts';
import type { AccountFiles } from './account-files.ts';
import { type DataFolder, IDS_FILE, INSTALLATION_FILE } from './disk/data-folder.ts';
import { Document } from './disk/document.ts';
import { DamagedFileError, type JsonFile, NewerFormatError } from './disk/json-file.ts';
import { FORMAT, type InstallationFile } from './formats/files.ts';
import type { StoredToken } from './formats/rows.ts';

/** What a change to the installation comes to; the fields that are not named stay as they are. */
export interface InstallationStep<R> {
  readonly result: R;
  readonly changed?: Partial<
    Pick<
      InstallationFile,
      'accounts' | 'tokens' | 'removing' | 'retired_labels' | 'secret_key_check' | 'next'
    >
  >;
  /** For the logs of accounts. */
  readonly events?: readonly { readonly account: number; readonly event: NewEvent }[];
}

interface InstallationDeps {
  readonly log: StoreLog;
  readonly files: AccountFiles;
}

/** `installation.json`: accounts, tokens, and the events about them until they are in the accounts' logs. */
export class Installation {
  readonly #document: Document<InstallationFile>;
  readonly #files: AccountFiles;
  readonly #log: StoreLog;
  #accounts = new Map<number, AccountRow>();
  #tokensByHash = new Map<string, StoredToken>();

  /** `state` is what the file holds. */
  constructor(file: JsonFile<InstallationFile>, state: InstallationFile, { log, files }: InstallationDeps) {
    this.#files = files;
    this.#log = log;
    this.#document = new Document(file, state, {
      log,
      onCommit: (before, after) => this.#index(before, after),
    });
    this.#index(null, state);
  }

  get state(): InstallationFile {
    return this.#document.state;
  }

  /** Of all accounts that have files, or may still have some. */
  get ids(): readonly number[] {
    return [...this.state.accounts.map((row) => row.id), ...this.state.removing];
  }

  /** @throws LetterheadError `unavailable`. */
  setNext(change: (next: NextIds) => Partial<NextIds>): Promise<void> {
    return this.change(({ next }) => ({
      result: undefined,
      changed: { next: { ...next, ...change(next) } },
    }));
  }

  account(id: number): AccountRow | undefined {
    return this.#accounts.get(id);
  }

  tokenByHash(hash: string): StoredToken | undefined {
    const token = this.#tokensByHash.get(hash);
    return token === undefined || this.#files.isOrphan(token) ? undefined : token;
  }

  /** By id. */
  liveTokensOf(account: number): readonly StoredToken[] {
    return this.#live(this.state.tokens.filter((token) => token.account_id === account));
  }

  /** By id. */
  get liveTokens(): readonly StoredToken[] {
    return this.#live(this.state.tokens);
  }

  /** Drops the share links of domains that are gone; where that cannot be written now, the next write does it. */
  async dropOrphans(): Promise<void> {
    if (this.liveTokens === this.state.tokens) return;
    await this.change(() => ({ result: undefined, changed: {} })).catch(() => {});
  }

  /**
   * Moves the account's events from the outbox to its own file. They are durable where they are, so a failure costs
   * nothing but time: the next call tries again.
   */
  async deliver(id: number): Promise<void> {
    const waiting = this.state.outbox.filter(
      (entry) => entry.account === id && !this.#files.isDelivered(entry),
    );
    if (waiting.length === 0) return;
    try {
      await this.#files.find(id)?.deliver(waiting);
    } catch (error) {
      const details = { account: id, code: errorCode(error), err: error };
      this.#log.warn(details, 'events wait in installation.json');
    }
  }

  /** Whether events of the account wait for their way into its log. */
  hasWaiting(account: number): boolean {
    return this.state.outbox.some((entry) => entry.account === account && !this.#files.isDelivered(entry));
  }

  /** @throws LetterheadError `unavailable`; what `step` throws. */
  change<R>(step: (state: InstallationFile) => InstallationStep<R>): Promise<R> {
    return this.#document.change((state) => {
      const { result, changed, events = [] } = step(state);
      if (changed === undefined) return [state, result];
      const there = new Set((changed.accounts ?? state.accounts).map((row) => row.id));
      const waiting = state.outbox.filter(
        (entry) => there.has(entry.account) && !this.#files.isDelivered(entry),
      );
      const last = Math.max(state.sequence, this.#files.highestSequence);
      const added = events.map((event, at) => ({ sequence: last + 1 + at, ...event }));
      const next: InstallationFile = {
        ...state,
        ...changed,
        tokens: this.#live(changed.tokens ?? state.tokens),
        removing: (changed.removing ?? state.removing).filter((id) => !this.#files.isRemoved(id)),
        sequence: last + added.length,
        outbox: [...waiting, ...added],
      };
      return [next, result];
    });
  }

  /** The same list where nothing is to be dropped from it. */
  #live(tokens: readonly StoredToken[]): readonly StoredToken[] {
    const live = tokens.filter((token) => !this.#files.isOrphan(token));
    return live.length === tokens.length ? tokens : live;
  }

  settled(): Promise<void> {
    return this.#document.settled();
  }

  #index(before: InstallationFile | null, after: InstallationFile): void {
    if (after.accounts !== before?.accounts) {
      this.#accounts = new Map(after.accounts.map((row) => [row.id, row]));
    }
    if (after.tokens !== before?.tokens) {
      this.#tokensByHash = new Map(after.tokens.map((row) => [row.hash, row]));
    }
  }
}

const EMPTY_INSTALLATION: InstallationFile = {
  format: FORMAT,
  secret_key_check: null,
  next: { account: 1, token: 1, domain: 1 },
  sequence: 0,
  accounts: [],
  tokens: [],
  outbox: [],
  removing: [],
  retired_labels: [],
};

/**
 * `installation.json`, without which nothing works; it is written where the folder is new, or of an earlier format.
 * @throws DamagedFileError that says what to do, where it cannot be used.
 */
export async function openInstallationFile(folder: DataFolder): Promise<InstallationFile> {
  const found = await readInstallation(folder).catch(explain);
  if (found === null) {
    const accounts = (await folder.accounts.names()).filter((name) => name.endsWith('.json'));
    if (accounts.length > 0) throw missingInstallation();
  }
  const content = found?.content ?? EMPTY_INSTALLATION;
  if (found?.format !== FORMAT) await folder.installationFile.write(content);
  // Only now: its content is in the other file.
  await folder.root.remove(IDS_FILE);
  return content;
}

/** Null: there is none. Changes nothing. @throws DamagedFileError, and the system's errors. */
export async function readInstallation(
  folder: DataFolder,
): Promise<{ content: InstallationFile; format: number } | null> {
  const found = await folder.installationFile.readVersioned();
  if (found === null || found.format > 1) return found;
  const ids = await folder.idsFile.read();
  if (ids === null) throw missingIds();
  const { account, token, domain } = ids;
  return { ...found, content: { ...found.content, next: { account, token, domain } } };
}

function explain(error: unknown): never {
  if (error instanceof NewerFormatError) {
    throw new DamagedFileError(`${error.message}. Start that version again, or restore a backup.`);
  }
  if (error instanceof DamagedFileError) {
    throw new DamagedFileError(`${error.message}. Put this file back from a backup; nothing was changed.`);
  }
  throw error;
}

function missingIds(): DamagedFileError {
  return new DamagedFileError(
    `${IDS_FILE} is missing. Put it back from a backup, or write one with numbers above every id that was ever given: {"format": 1, "account": 1001, "token": 1001, "domain": 1000001}.`,
  );
}

function missingInstallation(): DamagedFileError {
  return new DamagedFileError(
    `${INSTALLATION_FILE} is missing, though there are accounts. Put it back from a backup; nothing was changed.`,
  );
}
