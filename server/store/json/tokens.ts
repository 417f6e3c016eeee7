import { hasScope } from '@letterhead/shared';
import { freeze } from '../freeze.ts';
import type { Creation } from '../interface/events.ts';
import type { AdminToken, TokenRow } from '../interface/token-row.ts';
import type { TokenStore } from '../interface/tokens.ts';
import { InTurn } from '../tasks.ts';
import type { InstallationFile } from './formats/files.ts';
import { type StoredToken, StoredTokenSchema } from './formats/rows.ts';
import type { StoreParts } from './parts.ts';

export interface Tokens extends TokenStore {
  /** The share links of a domain that is about to be deleted, which revokes them. */
  sharesOf(account: number, domain: number): readonly TokenRow[];
  /** Runs `work` while no share link of the domain is created or revoked; at once where `domain` is null. */
  inTurnOf<T>(domain: number | null, work: () => Promise<T>): Promise<T>;
}

/** The tokens and share links of all accounts, in `installation.json`. */
export function tokensIn({ tasks, files, installation, tokenUse }: StoreParts): Tokens {
  /** Share links are made and revoked while their domain stays, or after it is gone. */
  const turns = new InTurn<number>();

  const inTurnOf: Tokens['inTurnOf'] = (domain, work) => (domain === null ? work() : turns.run(domain, work));

  const toRow = (token: StoredToken): TokenRow => ({ ...token, last_used_at: tokenUse.last(token.id) });

  const find = (account: number, id: number) =>
    installation.liveTokensOf(account).find((token) => token.id === id);

  const listed = (account: number, domain: number | null) =>
    installation
      .liveTokensOf(account)
      .filter((token) => token.domain_id === domain)
      .map(toRow);

  return {
    inTurnOf,
    sharesOf: listed,

    findByHash: (hash) =>
      tasks.look(() => {
        const token = installation.tokenByHash(hash);
        const account = token && installation.account(token.account_id);
        return token && account && { token: toRow(token), account };
      }),

    get: (account, id) =>
      tasks.look(() => {
        const token = find(account, id);
        return token && toRow(token);
      }),

    list: (account, { domain }) => tasks.look(() => listed(account, domain)),

    create: ({ account, limit, token, event }) =>
      tasks.serve(async () => {
        // Of an account that cannot be read, nobody knows whether the domain is there.
        if (token.domain_id !== null) files.find(account);
        return inTurnOf(token.domain_id, async () => {
          const creation = await installation.change<Creation<TokenRow>>(({ accounts, tokens, next }) => {
            const isThere = accounts.some((row) => row.id === account);
            if (!isThere || (token.domain_id !== null && files.find(account)?.has(token.domain_id) !== true))
              return { result: { kind: 'gone' } };
            const held = tokens.filter((one) => one.account_id === account && !files.isOrphan(one)).length;
            if (held >= limit) return { result: { kind: 'full', limit } };
            const stored = storedToken({ ...token, id: next.token, account_id: account, subscriptions: [] });
            const row: TokenRow = { ...stored, last_used_at: null };
            const changed = { tokens: [...tokens, stored], next: { ...next, token: stored.id + 1 } };
            return { result: { kind: 'written', row }, changed, events: [{ account, event: event(row) }] };
          });
          if (creation.kind === 'written') await installation.deliver(account);
          return creation;
        });
      }),

    delete: (account, id, event) =>
      tasks.serve(async () => {
        const found = find(account, id);
        if (found === undefined) return false;
        return inTurnOf(found.domain_id, async () => {
          const deleted = await installation.change<boolean>((state) => {
            const { tokens } = state;
            const token = tokens.find((one) => one.id === id && one.account_id === account);
            if (token === undefined || files.isOrphan(token)) return { result: false };
            const admins = hasScope(token.scopes, 'admin') ? adminTokens(state) : [];
            const events = [{ account, event: event(toRow(token), admins) }];
            return { result: true, changed: { tokens: tokens.filter((one) => one !== token) }, events };
          });
          if (!deleted) return false;
          tokenUse.forgetGone();
          await installation.deliver(account);
          return true;
        });
      }),

    subscribe: (account, id, change) =>
      tasks.serve(() =>
        installation.change<boolean>(({ tokens }) => {
          const at = tokens.findIndex((one) => one.id === id && one.account_id === account);
          const token = tokens[at];
          if (token === undefined || files.isOrphan(token)) return { result: false };
          const subscriptions = change(token.subscriptions);
          if (subscriptions === null) return { result: true };
          const changed = storedToken({ ...token, subscriptions });
          return { result: true, changed: { tokens: tokens.with(at, changed) } };
        }),
      ),

    touch: (id, at) => tokenUse.touch(id, at),
  };
}

/** The tokens of scope `admin` of accounts that are not suspended. */
export function adminTokens({
  accounts,
  tokens,
}: Pick<InstallationFile, 'accounts' | 'tokens'>): readonly AdminToken[] {
  const active = new Set(accounts.filter((row) => !row.suspended).map((row) => row.id));
  return tokens.filter((token) => hasScope(token.scopes, 'admin') && active.has(token.account_id));
}

/** What is written has been through the schema that reads it, so that no mistake makes a file unreadable. */
export function storedToken(token: StoredToken): StoredToken {
  return freeze(StoredTokenSchema.parse(token));
}
