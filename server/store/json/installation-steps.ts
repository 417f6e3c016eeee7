import type { AccountRow, NewEvent, TokenRow } from '../store.ts';
import { AccountRowSchema, type InstallationFile, TokenRowSchema } from './formats.ts';
import { freeze } from './freeze.ts';
import type { InstallationStep } from './installation.ts';

/** The steps that change accounts and tokens. As with domains, what is written has been through its schema. */
type Step<R> = (state: InstallationFile) => InstallationStep<R>;

/** The account's first events are in its own file already. */
export function accountCreation(row: AccountRow, token: TokenRow | null): Step<void> {
  return ({ accounts, tokens }) => ({
    result: undefined,
    changed: {
      accounts: inOrder([...accounts, row]),
      ...(token === null ? {} : { tokens: inOrder([...tokens, token]) }),
    },
  });
}

export function accountUpdate(
  id: number,
  change: (row: AccountRow) => { row: AccountRow; events: readonly NewEvent[] } | null,
): Step<AccountRow | undefined> {
  return ({ accounts }) => {
    const at = accounts.findIndex((account) => account.id === id);
    const old = accounts[at];
    const changed = old === undefined ? null : change(old);
    if (changed === null) return { result: old };
    const row = freeze(AccountRowSchema.parse(changed.row));
    const events = changed.events.map((event) => ({ account: id, event }));
    return { result: row, changed: { accounts: accounts.with(at, row) }, events };
  };
}

/** The result names the account whose log is told; null for the result: there was no such account. */
export function accountDeletion(
  id: number,
  event: (row: AccountRow) => { account: number; event: NewEvent } | null,
): Step<{ told: number | null } | null> {
  return (state) => {
    const row = state.accounts.find((account) => account.id === id);
    if (row === undefined) return { result: null };
    const accounts = state.accounts.filter((account) => account !== row);
    const tokens = state.tokens.filter((token) => token.account_id !== id);
    const told = event(row);
    const events = told !== null && accounts.some((account) => account.id === told.account) ? [told] : [];
    return {
      result: { told: events[0]?.account ?? null },
      changed: { accounts, tokens, removing: [...state.removing, id] },
      events,
    };
  };
}

/** Undefined: there is no such account. */
export function tokenCreation(
  account: number,
  build: () => TokenRow,
  event: (row: TokenRow) => NewEvent,
): Step<TokenRow | undefined> {
  return ({ accounts, tokens }) => {
    if (!accounts.some((row) => row.id === account)) return { result: undefined };
    const row = freeze(TokenRowSchema.parse(build()));
    const events = [{ account, event: event(row) }];
    return { result: row, changed: { tokens: inOrder([...tokens, row]) }, events };
  };
}

export function tokenDeletion(
  account: number,
  id: number,
  event: (row: TokenRow) => NewEvent,
): Step<boolean> {
  return ({ tokens }) => {
    const row = tokens.find((token) => token.id === id && token.account_id === account);
    if (row === undefined) return { result: false };
    const events = [{ account, event: event(row) }];
    return { result: true, changed: { tokens: tokens.filter((token) => token !== row) }, events };
  };
}

/** Ids mostly rise, but whoever took the lower one may come later. */
function inOrder<R extends { readonly id: number }>(rows: R[]): R[] {
  return rows.sort((a, b) => a.id - b.id);
}
