import type { EventFeed } from '../event-feed.ts';
import { freeze } from '../freeze.ts';
import type { AccountRow, AccountStore, NewAccount } from '../interface/accounts.ts';
import type { NewEvent } from '../interface/events.ts';
import { InTurn } from '../tasks.ts';
import { emptyAccountFile } from './account.ts';
import { UnsyncedReplacementError } from './disk/folder.ts';
import type { InstallationFile } from './formats/files.ts';
import { AccountRowSchema } from './formats/rows.ts';
import type { StoreParts } from './parts.ts';
import { adminTokens, storedToken } from './tokens.ts';

/**
 * The accounts. Creating or deleting one takes two files, of which `installation.json` is the commit: it lists the
 * accounts there are.
 */
export function accountsIn(parts: StoreParts, feed: EventFeed): AccountStore {
  const { tasks, files, installation, schedule, tokenUse, logos } = parts;
  /** The highest id that was taken, whose account may not be listed yet, or never be. */
  let lastId = 0;
  /** Runs the updates of an account one after the other, so that none removes the logo that another is writing. */
  const updates = new InTurn<number>();

  /** An id whose file is there is taken, even where `installation.json` does not know of it any more. */
  const takeRow = async (account: NewAccount): Promise<AccountRow> => {
    for (;;) {
      const id = Math.max(installation.state.next.account, lastId + 1);
      lastId = id;
      if (!(await files.has(id))) return freeze(AccountRowSchema.parse({ id, ...account }));
    }
  };

  /** The account's own file comes first. False: `list` made null of the accounts that there are. */
  const createIn = async (
    row: AccountRow,
    events: readonly NewEvent[],
    list: (state: InstallationFile) => Partial<InstallationFile> | null,
  ): Promise<boolean> => {
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
  };

  const update = async (...[id, change, logo]: Parameters<AccountStore['update']>) => {
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

  return {
    list: () => tasks.look(() => installation.state.accounts),

    get: (id) => tasks.look(() => installation.account(id)),

    create: (account, event) =>
      tasks.serve(async () => {
        const row = await takeRow(account);
        await createIn(row, [event], ({ accounts }) => ({ accounts: inOrder([...accounts, row]) }));
        return row;
      }),

    createFirst: (account, token, events) =>
      tasks.serve(async () => {
        if (installation.state.accounts.length > 0) return null;
        const row = await takeRow(account);
        // While there is no account, nobody else takes an id of a token.
        const id = installation.state.next.token;
        const stored = storedToken({ ...token, id, account_id: row.id, subscriptions: [] });
        const first = events(row, { ...stored, last_used_at: null });
        const isFirst = await createIn(row, first, ({ accounts, next }) =>
          accounts.length > 0
            ? null
            : { accounts: [row], tokens: [stored], next: { ...next, token: id + 1 } },
        );
        return isFirst ? row : null;
      }),

    update: (...change) => tasks.serve(() => updates.run(change[0], () => update(...change))),

    logo: (id) =>
      tasks.serve(async () => {
        const hash = installation.account(id)?.logo ?? null;
        return hash === null ? undefined : logos.read(id, hash);
      }),

    delete: (id, tell) =>
      tasks.serve(async () => {
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
        feed.publish(id, []);
        schedule.removeAccount(id);
        tokenUse.forgetGone();
        return true;
      }),
  };
}

/** Ids mostly rise, but whoever took the lower one may come later. */
export function inOrder<R extends { readonly id: number }>(rows: R[]): R[] {
  return rows.sort((a, b) => a.id - b.id);
}
