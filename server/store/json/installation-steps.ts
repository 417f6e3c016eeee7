import type { AccountRow, NewEvent, TokenCreation, TokenOwner, TokenRow } from '../store.ts';
import type { AccountRegistry } from './account-registry.ts';
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

/** `registry` says what the accounts' own files hold at the moment of the change. */
export function tokenCreation(
  { account, domain, limit }: TokenOwner,
  registry: Pick<AccountRegistry, 'hasDomain' | 'isOrphan'>,
  build: () => TokenRow,
  event: (row: TokenRow) => NewEvent,
): Step<TokenCreation> {
  return ({ accounts, tokens }) => {
    const isThere = accounts.some((row) => row.id === account);
    if (!isThere || (domain !== null && !registry.hasDomain(account, domain)))
      return { result: { kind: 'gone' } };
    const held = tokens.filter((token) => token.account_id === account && !registry.isOrphan(token)).length;
    if (held >= limit) return { result: { kind: 'full', limit } };
    const row = freeze(TokenRowSchema.parse(build()));
    const events = [{ account, event: event(row) }];
    return { result: { kind: 'written', row }, changed: { tokens: inOrder([...tokens, row]) }, events };
  };
}

export function tokenDeletion(
  account: number,
  id: number,
  registry: Pick<AccountRegistry, 'isOrphan'>,
  event: (row: TokenRow) => NewEvent,
): Step<boolean> {
  return ({ tokens }) => {
    const row = tokens.find((token) => token.id === id && token.account_id === account);
    if (row === undefined || registry.isOrphan(row)) return { result: false };
    const events = [{ account, event: event(row) }];
    return { result: true, changed: { tokens: tokens.filter((token) => token !== row) }, events };
  };
}

/** Ids mostly rise, but whoever took the lower one may come later. */
function inOrder<R extends { readonly id: number }>(rows: R[]): R[] {
  return rows.sort((a, b) => a.id - b.id);
}
