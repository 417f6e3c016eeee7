import type { TokenRow } from '../store.ts';
import type { Account } from './account.ts';
import { hasDomain } from './domain-steps.ts';
import type { OutboxEntry } from './formats.ts';

/** What became of the files of the accounts. */
export class AccountRegistry {
  readonly loaded = new Map<number, Account>();
  /** Listed in `installation.json`, but their file cannot be used. */
  readonly damaged = new Set<number>();
  /** Deleted, and their files are gone. */
  readonly removed = new Set<number>();
  /** Of the installation's outbox, as far as an account knows it: `installation.json` may be from an older backup. */
  highestSequence = 0;

  /**
   * Whether the domain that a share link shows is gone: the account's file decides, and `installation.json` follows.
   * Of an account that cannot be read, nothing is known to be gone.
   */
  isOrphan({ account_id, domain_id }: TokenRow): boolean {
    return domain_id !== null && this.loaded.has(account_id) && !this.hasDomain(account_id, domain_id);
  }

  hasDomain(account: number, id: number): boolean {
    return hasDomain(this.loaded.get(account)?.domains ?? [], id);
  }

  /** Whether an event of the installation's outbox is durable in the account's own file. */
  isDelivered(entry: OutboxEntry): boolean {
    const account = this.loaded.get(entry.account);
    return account !== undefined && account.installationSequence >= entry.sequence;
  }
}
