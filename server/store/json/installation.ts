import type { AccountRow, NewEvent, TokenRow } from '../store.ts';
import type { AccountRegistry } from './account-registry.ts';
import { Document } from './document.ts';
import type { InstallationFile, OutboxEntry } from './formats.ts';
import type { JsonFile } from './json-file.ts';
import type { StoreLog } from './store-log.ts';

/** What a change to the installation comes to; the fields that are not named stay as they are. */
export interface InstallationStep<R> {
  readonly result: R;
  readonly changed?: Partial<Pick<InstallationFile, 'accounts' | 'tokens' | 'removing' | 'secret_key_check'>>;
  /** For the logs of accounts. */
  readonly events?: readonly { readonly account: number; readonly event: NewEvent }[];
}

interface InstallationOptions {
  log: StoreLog;
  registry: AccountRegistry;
}

/** `installation.json`: accounts, tokens, and the events about them until they are in the accounts' logs. */
export class Installation {
  readonly #document: Document<InstallationFile>;
  readonly #registry: AccountRegistry;
  #accounts = new Map<number, AccountRow>();
  #tokensByHash = new Map<string, TokenRow>();

  /** `state` is what the file holds. */
  constructor(file: JsonFile<InstallationFile>, state: InstallationFile, options: InstallationOptions) {
    this.#registry = options.registry;
    this.#document = new Document(file, state, {
      log: options.log,
      onCommit: (before, after) => this.#index(before, after),
    });
    this.#index(null, state);
  }

  /** By id. */
  get accounts(): readonly AccountRow[] {
    return this.#document.state.accounts;
  }

  /** By id. */
  get tokens(): readonly TokenRow[] {
    return this.#document.state.tokens;
  }

  /** Deleted accounts whose files may still be there. */
  get removing(): readonly number[] {
    return this.#document.state.removing;
  }

  get secretKeyCheck(): string | null {
    return this.#document.state.secret_key_check;
  }

  account(id: number): AccountRow | undefined {
    return this.#accounts.get(id);
  }

  tokenByHash(hash: string): TokenRow | undefined {
    const token = this.#tokensByHash.get(hash);
    return token === undefined || this.#registry.isOrphan(token) ? undefined : token;
  }

  /** By id. */
  liveTokensOf(account: number): readonly TokenRow[] {
    return this.#live(this.tokens.filter((token) => token.account_id === account));
  }

  /** By id. */
  get liveTokens(): readonly TokenRow[] {
    return this.#live(this.tokens);
  }

  /** Drops the share links of domains that are gone; where that cannot be written now, the next write does it. */
  async dropOrphans(): Promise<void> {
    if (this.liveTokens === this.tokens) return;
    await this.change(() => ({ result: undefined, changed: {} })).catch(() => {});
  }

  /** Events that wait for their way into the account's log, oldest first. */
  outboxOf(account: number): OutboxEntry[] {
    return this.#document.state.outbox.filter((entry) => entry.account === account);
  }

  /** @throws LetterheadError `unavailable`; what `step` throws. */
  change<R>(step: (state: InstallationFile) => InstallationStep<R>): Promise<R> {
    return this.#document.change((state) => {
      const { result, changed, events = [] } = step(state);
      if (changed === undefined) return [state, result];
      const there = new Set((changed.accounts ?? state.accounts).map((row) => row.id));
      const waiting = state.outbox.filter(
        (entry) => there.has(entry.account) && !this.#registry.isDelivered(entry),
      );
      const last = Math.max(state.sequence, this.#registry.highestSequence);
      const added = events.map((event, at) => ({ sequence: last + 1 + at, ...event }));
      const next: InstallationFile = {
        ...state,
        ...changed,
        tokens: this.#live(changed.tokens ?? state.tokens),
        removing: (changed.removing ?? state.removing).filter((id) => !this.#registry.removed.has(id)),
        sequence: last + added.length,
        outbox: [...waiting, ...added],
      };
      return [next, result];
    });
  }

  /** The same list where nothing is to be dropped from it. */
  #live(tokens: readonly TokenRow[]): readonly TokenRow[] {
    const live = tokens.filter((token) => !this.#registry.isOrphan(token));
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
