import { freeze } from '../freeze.ts';
import type { AccountRow, AccountStore, NewAccount } from '../interface/accounts.ts';
import type { Change, NewEvent } from '../interface/events.ts';
import type { AdminToken, NewToken, TokenRow } from '../interface/token-row.ts';
import { InTurn, type PendingTasks } from '../tasks.ts';
import { emptyAccountFile } from './account.ts';
import type { AccountFiles } from './account-files.ts';
import { UnsyncedReplacementError } from './disk/folder.ts';
import type { InstallationFile } from './formats/files.ts';
import { AccountRowSchema } from './formats/rows.ts';
import type { Installation } from './installation.ts';
import type { Logos } from './logos.ts';
import type { Schedule } from './schedule.ts';
import { adminTokens, storedToken, type TokenUse } from './tokens.ts';

interface AccountsDeps {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly installation: Installation;
  readonly schedule: Schedule;
  readonly tokenUse: TokenUse;
  readonly logos: Logos;
}

/**
 * The accounts. Creating or deleting one takes two files, of which `installation.json` is the commit: it lists the
 * accounts there are.
 */
export class Accounts implements AccountStore {
  readonly #deps: AccountsDeps;
  /** The highest id that was taken, whose account may not be listed yet, or never be. */
  #lastId = 0;
  /** Runs the updates of an account one after the other, so that none removes the logo that another is writing. */
  readonly #updates = new InTurn<number>();

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  async list(): Promise<readonly AccountRow[]> {
    this.#deps.tasks.assertOpen();
    return this.#deps.installation.accounts;
  }

  async get(id: number): Promise<AccountRow | undefined> {
    this.#deps.tasks.assertOpen();
    return this.#deps.installation.account(id);
  }

  create(account: NewAccount, event: NewEvent): Promise<AccountRow> {
    return this.#deps.tasks.serve(async () => {
      const row = await this.#takeRow(account);
      await this.#create(row, [event], ({ accounts }) => ({ accounts: inOrder([...accounts, row]) }));
      return row;
    });
  }

  createFirst(
    account: NewAccount,
    token: NewToken,
    events: (account: AccountRow, token: TokenRow) => readonly NewEvent[],
  ): Promise<AccountRow | null> {
    const { tasks, installation } = this.#deps;
    return tasks.serve(async () => {
      if (installation.accounts.length > 0) return null;
      const row = await this.#takeRow(account);
      // While there is no account, nobody else takes an id of a token.
      const stored = storedToken({
        ...token,
        id: installation.next.token,
        account_id: row.id,
        subscriptions: [],
      });
      const first = events(row, { ...stored, last_used_at: null });
      const isFirst = await this.#create(row, first, ({ accounts, next }) =>
        accounts.length > 0
          ? null
          : { accounts: [row], tokens: [stored], next: { ...next, token: stored.id + 1 } },
      );
      return isFirst ? row : null;
    });
  }

  update(id: number, change: Change<AccountRow>, logo?: string): Promise<AccountRow | undefined> {
    const { tasks, installation, schedule, logos } = this.#deps;
    const update = async () => {
      if (logo !== undefined) await logos.write(id, logo);
      const row = await installation.change<AccountRow | undefined>(({ accounts }) => {
        const at = accounts.findIndex((account) => account.id === id);
        const old = accounts[at];
        const changed = old === undefined ? null : change(old);
        if (changed === null) return { result: old };
        const row = freeze(AccountRowSchema.parse(changed.row));
        const events = changed.events.map((event) => ({ account: id, event }));
        return { result: row, changed: { accounts: accounts.with(at, row) }, events };
      });
      await logos.removeOthers(id, row?.logo ?? null);
      if (row === undefined) return undefined;
      schedule.suspend(id, row.suspended);
      await installation.deliver(id);
      return row;
    };
    return tasks.serve(() => this.#updates.run(id, update));
  }

  logo(id: number): Promise<string | undefined> {
    const { tasks, installation, logos } = this.#deps;
    return tasks.serve(async () => {
      const hash = installation.account(id)?.logo ?? null;
      return hash === null ? undefined : logos.read(id, hash);
    });
  }

  delete(
    id: number,
    tell: (row: AccountRow, admins: readonly AdminToken[]) => { account: number; event: NewEvent } | null,
  ): Promise<boolean> {
    const { tasks, files, installation, schedule, tokenUse, logos } = this.#deps;
    return tasks.serve(async () => {
      const account = files.find(id);
      const deleted = await installation.change<{ told: number | null } | null>((state) => {
        const row = state.accounts.find((one) => one.id === id);
        if (row === undefined) return { result: null };
        const accounts = state.accounts.filter((one) => one !== row);
        const tokens = state.tokens.filter((token) => token.account_id !== id);
        const told = tell(row, adminTokens(state));
        const events = told !== null && accounts.some((one) => one.id === told.account) ? [told] : [];
        return {
          result: { told: events[0]?.account ?? null },
          changed: {
            accounts,
            tokens,
            removing: [...state.removing, id],
            retired_labels: [...state.retired_labels, ...(account?.retiredLabels({ all: true }) ?? [])],
          },
          events,
        };
      });
      if (deleted === null || account === undefined) return false;
      await files.delete(account);
      await logos.removeOthers(id, null);
      if (deleted.told !== null) await installation.deliver(deleted.told);
      schedule.removeAccount(id);
      tokenUse.forgetGone();
      return true;
    });
  }

  /** An id whose file is there is taken, even where `installation.json` does not know of it any more. */
  async #takeRow(account: NewAccount): Promise<AccountRow> {
    const { installation, files } = this.#deps;
    for (;;) {
      const id = Math.max(installation.next.account, this.#lastId + 1);
      this.#lastId = id;
      if (!(await files.has(id))) return freeze(AccountRowSchema.parse({ id, ...account }));
    }
  }

  /** The account's own file comes first. False: `list` made null of the accounts that there are. */
  async #create(
    row: AccountRow,
    events: readonly NewEvent[],
    list: (state: InstallationFile) => Partial<InstallationFile> | null,
  ): Promise<boolean> {
    const { files, installation } = this.#deps;
    const state = emptyAccountFile(row.id, events);
    await files.create(state);
    let isListed = false;
    try {
      isListed = await installation.change<boolean>((state) => {
        const next = { ...state.next, account: Math.max(state.next.account, row.id + 1) };
        const listed = list({ ...state, next });
        return listed === null ? { result: false } : { result: true, changed: { next, ...listed } };
      });
    } catch (error) {
      // Where it is not known which of the two is on the disk, a file too many is the lesser evil.
      const unsure = error instanceof Error && error.cause instanceof UnsyncedReplacementError;
      if (!unsure) await files.discard(row.id);
      throw error;
    }
    if (isListed) files.add(state);
    else await files.discard(row.id);
    return isListed;
  }
}

/** Ids mostly rise, but whoever took the lower one may come later. */
export function inOrder<R extends { readonly id: number }>(rows: R[]): R[] {
  return rows.sort((a, b) => a.id - b.id);
}
