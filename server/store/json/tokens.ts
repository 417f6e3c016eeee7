import { hasScope } from '@letterhead/shared';
import type { Instant } from '../../instant.ts';
import { freeze } from '../freeze.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { NewEvent } from '../interface/events.ts';
import type { AdminToken, TokenRow } from '../interface/token-row.ts';
import type { TokenCreation, TokenStore } from '../interface/tokens.ts';
import { InTurn, type PendingTasks } from '../tasks.ts';
import type { AccountFiles } from './account-files.ts';
import type { LazyFile } from './disk/document.ts';
import { jsonText } from './disk/json-file.ts';
import { FORMAT, type InstallationFile, type TokenUseFile } from './formats/files.ts';
import { type StoredToken, StoredTokenSchema } from './formats/rows.ts';
import type { Installation } from './installation.ts';

interface TokensDeps {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly installation: Installation;
  readonly tokenUse: TokenUse;
}

/** The tokens and share links of all accounts, in `installation.json`. */
export class Tokens implements TokenStore {
  readonly #deps: TokensDeps;
  /** Share links are made and revoked while their domain stays, or after it is gone. */
  readonly #turns = new InTurn<number>();

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  async findByHash(hash: string): Promise<{ token: TokenRow; account: AccountRow } | undefined> {
    const { tasks, installation } = this.#deps;
    tasks.assertOpen();
    const token = installation.tokenByHash(hash);
    const account = token && installation.account(token.account_id);
    return token && account && { token: this.#toRow(token), account };
  }

  async get(account: number, id: number): Promise<TokenRow | undefined> {
    this.#deps.tasks.assertOpen();
    const token = this.#find(account, id);
    return token && this.#toRow(token);
  }

  async list(account: number, { domain }: { domain: number | null }): Promise<readonly TokenRow[]> {
    this.#deps.tasks.assertOpen();
    return this.#listed(account, domain);
  }

  create({ account, limit, token, event }: Parameters<TokenStore['create']>[0]): Promise<TokenCreation> {
    const { tasks, files, installation } = this.#deps;
    return tasks.serve(async () => {
      // Of an account that cannot be read, nobody knows whether the domain is there.
      if (token.domain_id !== null) files.find(account);
      return this.inTurnOf(token.domain_id, async () => {
        const creation = await installation.change<TokenCreation>(({ accounts, tokens, next }) => {
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
    });
  }

  delete(
    account: number,
    id: number,
    event: (row: TokenRow, admins: readonly AdminToken[]) => NewEvent,
  ): Promise<boolean> {
    const { tasks, installation, files, tokenUse } = this.#deps;
    return tasks.serve(async () => {
      const found = this.#find(account, id);
      if (found === undefined) return false;
      return this.inTurnOf(found.domain_id, async () => {
        const deleted = await installation.change<boolean>((state) => {
          const { tokens } = state;
          const token = tokens.find((one) => one.id === id && one.account_id === account);
          if (token === undefined || files.isOrphan(token)) return { result: false };
          const events = [
            {
              account,
              event: event(this.#toRow(token), hasScope(token.scopes, 'admin') ? adminTokens(state) : []),
            },
          ];
          return { result: true, changed: { tokens: tokens.filter((one) => one !== token) }, events };
        });
        if (!deleted) return false;
        tokenUse.forgetGone();
        await installation.deliver(account);
        return true;
      });
    });
  }

  subscribe(...[account, id, change]: Parameters<TokenStore['subscribe']>): Promise<boolean> {
    const { tasks, installation, files } = this.#deps;
    return tasks.serve(() =>
      installation.change<boolean>(({ tokens }) => {
        const at = tokens.findIndex((one) => one.id === id && one.account_id === account);
        const token = tokens[at];
        if (token === undefined || files.isOrphan(token)) return { result: false };
        const subscriptions = change(token.subscriptions);
        if (subscriptions === null) return { result: true };
        const changed = storedToken({ ...token, subscriptions });
        return { result: true, changed: { tokens: tokens.with(at, changed) } };
      }),
    );
  }

  touch(id: number, at: Instant): void {
    this.#deps.tokenUse.touch(id, at);
  }

  /** The share links of a domain that is about to be deleted, which revokes them. */
  sharesOf(account: number, domain: number): readonly TokenRow[] {
    return this.#listed(account, domain);
  }

  /** Runs `work` while no share link of the domain is created or revoked; at once where `domain` is null. */
  inTurnOf<T>(domain: number | null, work: () => Promise<T>): Promise<T> {
    return domain === null ? work() : this.#turns.run(domain, work);
  }

  #listed(account: number, domain: number | null): readonly TokenRow[] {
    const tokens = this.#deps.installation.liveTokensOf(account);
    return tokens.filter((token) => token.domain_id === domain).map((token) => this.#toRow(token));
  }

  #find(account: number, id: number): StoredToken | undefined {
    return this.#deps.installation.liveTokensOf(account).find((token) => token.id === id);
  }

  #toRow(token: StoredToken): TokenRow {
    return { ...token, last_used_at: this.#deps.tokenUse.last(token.id) };
  }
}

/** When each token was last used: `token-use.json`. */
export class TokenUse {
  readonly #used: Map<number, Instant>;
  readonly #file: LazyFile;
  readonly #tokens: () => readonly StoredToken[];

  /** `tokens` gives those that there are. */
  constructor(
    content: TokenUseFile | null,
    makeFile: (text: () => Iterable<string>) => LazyFile,
    tokens: () => readonly StoredToken[],
  ) {
    this.#used = new Map(content?.tokens.map((token) => [token.id, token.last_used_at]));
    this.#file = makeFile(() => this.#text());
    this.#tokens = tokens;
  }

  touch(id: number, at: Instant): void {
    this.#used.set(id, at);
    this.#file.touch();
  }

  last(id: number): Instant | null {
    return this.#used.get(id) ?? null;
  }

  /** Tokens have gone: their last use is forgotten when the file is written next. */
  forgetGone(): void {
    this.#file.touch();
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  #text(): Iterable<string> {
    const ids = new Set(this.#tokens().map((token) => token.id));
    for (const id of this.#used.keys()) if (!ids.has(id)) this.#used.delete(id);
    const tokens = [...this.#used].map(([id, last_used_at]) => ({ id, last_used_at }));
    return jsonText({ format: FORMAT, tokens } satisfies TokenUseFile);
  }
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
