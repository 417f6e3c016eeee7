import type { AccountRow } from '../interface/accounts.ts';
import type { KeyRow, RecordState } from '../interface/domain-row.ts';
import type { EventRow } from '../interface/events.ts';
import { Account, type AccountDeps, type AccountStep, accountFileName, accountJsonFile } from './account.ts';
import type { DataFolder } from './disk/data-folder.ts';
import { DocumentClosedError } from './disk/document.ts';
import { accountDamaged, writeFailed } from './disk/errors.ts';
import type { Folder } from './disk/folder.ts';
import { DamagedFileError } from './disk/json-file.ts';
import { EventLog } from './event-log.ts';
import type { Evidence } from './evidence.ts';
import type { AccountFile, OutboxEntry } from './formats/files.ts';
import type { StoredDomain, StoredToken } from './formats/rows.ts';

/** How many files are asked for together, since waking the threads for each takes longer than reading it. */
const FILES_TOGETHER = 8;
/** While one goes through what it has read, the threads read for the other. */
const READERS = 2;

interface AccountFilesDeps {
  readonly folder: DataFolder;
  readonly evidence: Evidence;
  readonly deliveries: Evidence;
  readonly account: AccountDeps;
}

/** The files of all accounts: what became of each of them. */
export class AccountFiles {
  readonly #deps: AccountFilesDeps;
  readonly #loaded = new Map<number, Account>();
  /** Listed in `installation.json`, but their file cannot be used. */
  readonly #damaged = new Set<number>();
  /** Deleted, and their files are gone. */
  readonly #removed = new Set<number>();
  /** Of the installation's outbox, as far as an account knows it: `installation.json` may be from an older backup. */
  #highestSequence = 0;

  constructor(deps: AccountFilesDeps) {
    this.#deps = deps;
  }

  get loaded(): Iterable<Account> {
    return this.#loaded.values();
  }

  get highestDomain(): number {
    let highest = 0;
    for (const { state } of this.#loaded.values()) highest = Math.max(highest, state.domains.at(-1)?.id ?? 0);
    return highest;
  }

  get highestSequence(): number {
    return this.#highestSequence;
  }

  /** Undefined: there is none. @throws LetterheadError `unavailable` where its file is damaged. */
  find(id: number): Account | undefined {
    if (this.#damaged.has(id)) throw accountDamaged();
    return this.#loaded.get(id);
  }

  /** As `find`; undefined for one whose file is damaged, too. */
  loadedAccount(id: number): Account | undefined {
    return this.#loaded.get(id);
  }

  /** Changes an account as `Account.change` does; `gone` is the answer where there is no such account, or no longer. */
  async change<R>(
    id: number,
    gone: R,
    step: (state: AccountFile, nextEvent: number) => AccountStep<R>,
  ): Promise<R> {
    const holder = this.find(id);
    if (holder === undefined) return gone;
    try {
      return await holder.change(step);
    } catch (error) {
      if (error instanceof DocumentClosedError) return gone;
      throw error;
    }
  }

  isRemoved(id: number): boolean {
    return this.#removed.has(id);
  }

  /**
   * Whether the domain that a share link shows is gone: the account's file decides, and `installation.json` follows.
   * Of an account that cannot be read, nothing is known to be gone.
   */
  isOrphan({ account_id, domain_id }: StoredToken): boolean {
    return domain_id !== null && this.#loaded.get(account_id)?.has(domain_id) === false;
  }

  /** Whether an event of the installation's outbox is durable in the account's own file. */
  isDelivered({ account, sequence }: OutboxEntry): boolean {
    return (this.#loaded.get(account)?.state.installation_sequence ?? -1) >= sequence;
  }

  /** Reads the file of every account. One that cannot be used costs its own account, and the log says what is wrong. */
  async load(rows: readonly AccountRow[]): Promise<void> {
    let next = 0;
    const readers = Array.from({ length: READERS }, async () => {
      while (next < rows.length) {
        const together = rows.slice(next, next + FILES_TOGETHER);
        next += together.length;
        await Promise.all(together.map(({ id }) => this.#load(id)));
      }
    });
    await Promise.all(readers);
  }

  /** @throws LetterheadError `unavailable`. */
  async has(id: number): Promise<boolean> {
    return this.#deps.folder.accounts.has(accountFileName(id)).catch((error: unknown) => {
      throw writeFailed(error);
    });
  }

  /** Writes the file of a new account. @throws LetterheadError `unavailable`. */
  async create(state: AccountFile): Promise<void> {
    try {
      await accountJsonFile(this.#deps.folder.accounts, state.account).write(state);
    } catch (error) {
      await this.discard(state.account);
      throw writeFailed(error);
    }
  }

  /** Removes the file of an account that was not created in the end; a start removes what is left. */
  async discard(id: number): Promise<void> {
    await this.#deps.folder.accounts.remove(accountFileName(id)).catch(() => {});
  }

  /** Serves a new account, which is listed by now. */
  add(state: AccountFile): void {
    const account = new Account(state, this.#deps.account);
    this.#loaded.set(account.id, account);
    account.announceAll();
  }

  /** No longer serves an account, which is not listed any more, and removes its files. */
  async delete(account: Account): Promise<void> {
    this.#loaded.delete(account.id);
    await account.close();
    await this.removeFiles(account.id);
  }

  /** Of an account that is no longer listed. What cannot be removed now is removed by a later start. */
  async removeFiles(id: number): Promise<void> {
    const { folder, evidence, deliveries, account } = this.#deps;
    try {
      await folder.accounts.remove(accountFileName(id));
      for (const name of EventLog.namesOf(id)) await folder.events.remove(name);
      await evidence.removeAccount(id);
      await deliveries.removeAccount(id);
      await Promise.all([folder.accounts.sync(), folder.events.sync()]);
      this.#removed.add(id);
    } catch (error) {
      account.log.error({ account: id, err: error }, 'files of a deleted account are still there');
    }
  }

  /**
   * Removes the files of accounts that were being created when the process ended. One that holds domains is left
   * alone: the log names it.
   */
  async clearOrphans(listed: Iterable<number>): Promise<void> {
    const { folder, account } = this.#deps;
    const names = new Set(Array.from(listed, accountFileName));
    for (const name of await folder.accounts.names()) {
      if (!/^[1-9]\d*\.json$/.test(name) || names.has(name)) continue;
      const details = { file: `accounts/${name}` };
      if (await isEmptyAccount(folder.accounts, Number.parseInt(name, 10)))
        await folder.accounts.remove(name);
      else account.log.warn(details, 'installation.json knows of no such account; the file is left alone');
    }
  }

  async #load(id: number): Promise<void> {
    const { folder, account } = this.#deps;
    try {
      const state = await readAccount(folder.accounts, id);
      this.#loaded.set(id, new Account(state, account));
      this.#highestSequence = Math.max(this.#highestSequence, state.installation_sequence);
    } catch (error) {
      this.#damaged.add(id);
      account.log.error(
        { account: id, file: `accounts/${id}.json`, err: error },
        'the account cannot be served; put its file back from a backup and restart',
      );
    }
  }
}

/** @throws DamagedFileError, and the system's errors. */
export async function readAccount(accounts: Folder, id: number): Promise<AccountFile> {
  const file = accountJsonFile(accounts, id);
  const state = await file.read();
  if (state === null) throw new DamagedFileError(`${file.label} is missing`);
  if (state.account === id) return shareTexts(state);
  throw new DamagedFileError(`${file.label} is damaged (it is the file of account ${state.account})`);
}

async function isEmptyAccount(accounts: Folder, id: number): Promise<boolean> {
  try {
    const { domains, webhooks } = await readAccount(accounts, id);
    return domains.length === 0 && webhooks.length === 0;
  } catch {
    return false;
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const NONE: readonly string[] = Object.freeze([]);

/**
 * Lets texts and actors that are equal be one in memory: most times of a domain are that of its creation, its records
 * repeat its selector, and the events of an account its actor. Of 100,000 domains, that is 30 MB. The content is
 * changed, for nobody else has seen it yet.
 */
function shareTexts(content: AccountFile): AccountFile {
  const texts = new Map<string, string>();
  const one = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  for (const row of content.domains as Mutable<StoredDomain>[]) {
    row.domain = one(row.domain);
    row.created_at = one(row.created_at);
    row.updated_at = one(row.updated_at);
    if (row.previous_keys.length === 0) row.previous_keys = NONE;
    for (const key of row.keys as Mutable<KeyRow>[]) {
      key.selector = one(key.selector);
      key.created_at = one(key.created_at);
    }
    for (const record of row.records as Mutable<RecordState>[]) {
      record.selector = one(record.selector);
      record.since = one(record.since);
    }
  }
  let before: EventRow | undefined;
  for (const event of content.outbox as Mutable<EventRow>[]) {
    event.at = one(event.at);
    if (event.domain !== null) event.domain = { ...event.domain, name: one(event.domain.name) };
    if (before !== undefined && isSame(event.actor, before.actor)) event.actor = before.actor;
    before = event;
  }
  return content;
}

function isSame(a: EventRow['actor'], b: EventRow['actor']): boolean {
  return a.kind === b.kind && a.token_id === b.token_id && a.address === b.address;
}
