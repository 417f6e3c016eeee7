import type { AccountRow, NewEvent, TokenRow } from '../store.ts';
import {
  Account,
  type AccountSurroundings,
  accountFileName,
  accountJsonFile,
  emptyAccountFile,
} from './account.ts';
import type { AccountRegistry } from './account-registry.ts';
import type { DataFolder } from './data-folder.ts';
import { EventLog } from './event-log.ts';
import type { Evidence } from './evidence.ts';
import { errorCode } from './file-system.ts';
import { UnsyncedReplacementError } from './folder.ts';
import { type AccountFile, AccountRowSchema, TokenRowSchema } from './formats.ts';
import { freeze } from './freeze.ts';
import type { Ids } from './ids.ts';
import type { Installation } from './installation.ts';
import { accountCreation, accountDeletion } from './installation-steps.ts';
import { accountDamaged, writeFailed } from './unavailable.ts';

type FirstToken = (account: AccountRow, id: number) => { row: TokenRow; event: NewEvent };

interface AccountsOptions {
  folder: DataFolder;
  registry: AccountRegistry;
  installation: Installation;
  ids: Ids;
  evidence: Evidence;
  surroundings: AccountSurroundings;
}

/** The accounts: what takes both `installation.json`, which says that there is one, and the account's own file. */
export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** Undefined: there is none. @throws LetterheadError `unavailable` where its file is damaged. */
  find(id: number): Account | undefined {
    const { registry } = this.#options;
    if (registry.damaged.has(id)) throw accountDamaged();
    return registry.loaded.get(id);
  }

  /** The account's own file comes first: the line in `installation.json` is what makes it an account. */
  async create(
    build: (id: number) => AccountRow,
    event: (row: AccountRow) => NewEvent,
    firstToken?: FirstToken,
  ): Promise<AccountRow> {
    const { ids, installation, registry, surroundings } = this.#options;
    const id = await this.#takeId();
    const row = freeze(AccountRowSchema.parse(build(id)));
    const first = firstToken === undefined ? null : firstToken(row, await ids.take('token'));
    const token = first === null ? null : freeze(TokenRowSchema.parse(first.row));
    const state = emptyAccountFile(id, first === null ? [event(row)] : [event(row), first.event]);
    await this.#writeNewFile(state);
    try {
      await installation.change(accountCreation(row, token));
    } catch (error) {
      // Where it is not known which of the two is on the disk, a file too many is the lesser evil.
      const unsure = error instanceof Error && error.cause instanceof UnsyncedReplacementError;
      if (!unsure) await surroundings.accounts.remove(accountFileName(id)).catch(() => {});
      throw error;
    }
    const account = new Account(state, surroundings);
    registry.loaded.set(id, account);
    surroundings.publish(id, state.outbox);
    account.appendEvents();
    return row;
  }

  /** An id whose file is there is taken, even where neither `installation.json` nor `ids.json` knows of it any more. */
  async #takeId(): Promise<number> {
    const { ids, surroundings } = this.#options;
    for (;;) {
      const id = await ids.take('account');
      const isThere = await surroundings.accounts.has(accountFileName(id)).catch((error: unknown) => {
        throw writeFailed(error);
      });
      if (!isThere) return id;
    }
  }

  async #writeNewFile(state: AccountFile): Promise<void> {
    const { accounts } = this.#options.surroundings;
    try {
      await accountJsonFile(accounts, state.account).write(state);
    } catch (error) {
      await accounts.remove(accountFileName(state.account)).catch(() => {});
      throw writeFailed(error);
    }
  }

  /**
   * `installation.json` comes first; a start finishes what a crash left to remove.
   * The account as it was, or null: there was none.
   */
  async delete(
    id: number,
    event: (row: AccountRow) => { account: number; event: NewEvent } | null,
  ): Promise<Account | null> {
    const { installation, registry } = this.#options;
    const account = this.find(id);
    const deleted = await installation.change(accountDeletion(id, event));
    if (deleted === null || account === undefined) return null;
    registry.loaded.delete(id);
    await account.retire();
    await this.removeFiles(id);
    if (deleted.told !== null) await this.deliver(deleted.told);
    return account;
  }

  /** Of an account that is no longer listed. What cannot be removed now is removed by a later start. */
  async removeFiles(id: number): Promise<void> {
    const { folder, registry, evidence, surroundings } = this.#options;
    try {
      await folder.accounts.remove(accountFileName(id));
      for (const name of EventLog.namesOf(id)) await folder.events.remove(name);
      await evidence.removeAccount(id);
      await Promise.all([folder.accounts.sync(), folder.events.sync()]);
      registry.removed.add(id);
    } catch (error) {
      surroundings.log.error({ account: id, err: error }, 'files of a deleted account are still there');
    }
  }

  /**
   * Moves the account's events from the installation's outbox to its own file. They are durable where they are,
   * so a failure costs nothing but time: the next call tries again.
   */
  async deliver(id: number): Promise<void> {
    const { installation, registry, surroundings } = this.#options;
    const account = registry.loaded.get(id);
    if (account === undefined) return;
    const entries = installation
      .outboxOf(id)
      .filter((entry) => entry.sequence > account.installationSequence);
    if (entries.length === 0) return;
    await account.deliver(entries).catch((error: unknown) => {
      const details = { account: id, code: errorCode(error), err: error };
      surroundings.log.warn(details, 'events wait in installation.json');
    });
  }
}
