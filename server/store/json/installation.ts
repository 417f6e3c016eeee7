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
    return this.#tokensByHash.get(hash);
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
        removing: (changed.removing ?? state.removing).filter((id) => !this.#registry.removed.has(id)),
        sequence: last + added.length,
        outbox: [...waiting, ...added],
      };
      return [next, result];
    });
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
