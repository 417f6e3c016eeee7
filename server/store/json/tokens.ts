import type { Instant } from '../../instant.ts';
import type { NewEvent, TokenCreation, TokenOwner, TokenRow } from '../store.ts';
import type { AccountRegistry } from './account-registry.ts';
import type { Accounts } from './accounts.ts';
import type { Ids } from './ids.ts';
import { InTurn } from './in-turn.ts';
import type { Installation } from './installation.ts';
import { tokenCreation, tokenDeletion } from './installation-steps.ts';
import type { LazyFile } from './lazy-file.ts';
import type { TokenUse } from './token-use.ts';

interface TokensOptions {
  installation: Installation;
  accounts: Accounts;
  registry: AccountRegistry;
  ids: Ids;
  tokenUse: TokenUse;
  tokenUseFile: LazyFile;
}

/** The tokens and share links of all accounts. Each call is as `Store` has it. */
export class Tokens {
  readonly #options: TokensOptions;
  /** Share links are made and revoked while their domain stays, or after it is gone. */
  readonly #turns = new InTurn<number>();

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  async create(
    owner: TokenOwner,
    build: (id: number) => TokenRow,
    event: (row: TokenRow) => NewEvent,
  ): Promise<TokenCreation> {
    const { installation, ids, accounts, registry } = this.#options;
    // Of an account that cannot be read, nobody knows whether the domain is there.
    if (owner.domain !== null) accounts.find(owner.account);
    return this.inTurnOf(owner.domain, () =>
      ids.lend('token', async (takeId) => {
        const step = tokenCreation(owner, registry, () => build(takeId()), event);
        const creation = await installation.change(step);
        if (creation.kind === 'written') await accounts.deliver(owner.account);
        return creation;
      }),
    );
  }

  async delete(account: number, id: number, event: (row: TokenRow) => NewEvent): Promise<boolean> {
    const { installation, accounts, registry } = this.#options;
    const row = installation.liveTokensOf(account).find((token) => token.id === id);
    if (row === undefined) return false;
    return this.inTurnOf(row.domain_id, async () => {
      const deleted = await installation.change(tokenDeletion(account, id, registry, event));
      if (!deleted) return false;
      this.forgetUses();
      await accounts.deliver(account);
      return true;
    });
  }

  /** A domain's share links. */
  sharesOf(account: number, domain: number): readonly TokenRow[] {
    return this.#options.installation.liveTokensOf(account).filter((token) => token.domain_id === domain);
  }

  /** While `work` is done for a domain, none of its share links is made or revoked. Null: no domain is concerned. */
  inTurnOf<T>(domain: number | null, work: () => Promise<T>): Promise<T> {
    return domain === null ? work() : this.#turns.run(domain, work);
  }

  noteUse(id: number, at: Instant): void {
    this.#options.tokenUse.note(id, at);
    this.#options.tokenUseFile.touch();
  }

  lastUse(id: number): Instant | null {
    return this.#options.tokenUse.last(id);
  }

  /** Tokens have gone: their last use is forgotten when the file is written next. */
  forgetUses(): void {
    this.#options.tokenUseFile.touch();
  }
}
