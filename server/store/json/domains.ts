import type { DomainChange, DomainFilter, DomainRow, JsonValue, NewEvent, TokenRow } from '../store.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { RetiredDocumentError } from './document.ts';
import { creation, deletion, filterDomains, findDomain, refusal, update } from './domain-steps.ts';
import type { Evidence } from './evidence.ts';
import type { Ids } from './ids.ts';
import type { LazyFile } from './lazy-file.ts';
import type { Schedule } from './schedule.ts';
import type { StoreLog } from './store-log.ts';
import type { Tokens } from './tokens.ts';
import { writeFailed } from './unavailable.ts';

interface DomainsOptions {
  accounts: Accounts;
  tokens: Tokens;
  ids: Ids;
  schedule: Schedule;
  scheduleFile: LazyFile;
  evidence: Evidence;
  log: StoreLog;
}

/**
 * The domains of all accounts, and what goes with one: its line in the schedule, and its evidence. Each call is as
 * `Store` has it; all throw LetterheadError `unavailable` for an account whose file is damaged.
 */
export class Domains {
  readonly #options: DomainsOptions;

  constructor(options: DomainsOptions) {
    this.#options = options;
  }

  get(account: number, id: number): DomainRow | undefined {
    return findDomain(this.#of(account), id);
  }

  list(account: number, filter: DomainFilter): readonly DomainRow[] {
    return filterDomains(this.#of(account), filter);
  }

  create(
    account: number,
    domain: string,
    limit: number,
    build: (id: number) => DomainRow,
    event: (row: DomainRow) => NewEvent,
  ): Promise<DomainChange> {
    const { ids, schedule } = this.#options;
    return this.#change<DomainChange>(account, { kind: 'gone' }, async (holder) => {
      // What is durable already needs no id to refuse, and no disk that works.
      const refused = refusal(holder.domains, domain, limit);
      if (refused !== null) return refused;
      return ids.lend('domain', async (takeId) => {
        const change = await holder.change(creation(domain, limit, () => build(takeId()), event));
        if (change.kind === 'written') schedule.add(account, change.row.id);
        return change;
      });
    });
  }

  update(
    account: number,
    id: number,
    change: (row: DomainRow) => { row: DomainRow; events: readonly NewEvent[] } | null,
  ): Promise<DomainChange> {
    return this.#change<DomainChange>(account, { kind: 'gone' }, (holder) =>
      holder.change(update(id, change)),
    );
  }

  /** The account's write is the commit: without their domain, its share links are none any more. */
  async delete(
    account: number,
    id: number,
    events: (row: DomainRow, shares: readonly TokenRow[]) => readonly NewEvent[],
  ): Promise<boolean> {
    const { tokens, schedule, scheduleFile, evidence, log } = this.#options;
    const step = deletion(id, (row) => events(row, tokens.sharesOf(account, id)));
    const deleted = await tokens.inTurnOf(id, () =>
      this.#change(account, false, (holder) => holder.change(step)),
    );
    if (!deleted) return false;
    tokens.forgetUses();
    schedule.remove(id);
    scheduleFile.touch();
    await evidence.remove(account, id).catch((error: unknown) => {
      log.warn({ account, domain: id, err: error }, 'the evidence of a deleted domain is still there');
    });
    return true;
  }

  async readEvidence(account: number, id: number): Promise<JsonValue | undefined> {
    return this.get(account, id) === undefined ? undefined : this.#options.evidence.read(account, id);
  }

  async writeEvidence(account: number, id: number, evidence: JsonValue): Promise<void> {
    const stillThere = () => this.get(account, id) !== undefined;
    if (!stillThere()) return;
    try {
      await this.#options.evidence.write(account, id, evidence, stillThere);
    } catch (error) {
      throw writeFailed(error);
    }
  }

  #of(account: number): readonly DomainRow[] {
    return this.#options.accounts.find(account)?.domains ?? [];
  }

  /** Runs a change in an account; `gone` is the answer where there is no such account, or no longer. */
  async #change<R>(account: number, gone: R, change: (holder: Account) => Promise<R>): Promise<R> {
    const holder = this.#options.accounts.find(account);
    if (holder === undefined) return gone;
    try {
      return await change(holder);
    } catch (error) {
      if (error instanceof RetiredDocumentError) return gone;
      throw error;
    }
  }
}
