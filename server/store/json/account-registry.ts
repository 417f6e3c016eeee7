import type { Account } from './account.ts';
import type { OutboxEntry } from './formats.ts';

/** What became of the files of the accounts. */
export class AccountRegistry {
  readonly loaded = new Map<number, Account>();
  /** Listed in `installation.json`, but their file cannot be used. */
  readonly damaged = new Set<number>();
  /** Deleted, and their files are gone. */
  readonly removed = new Set<number>();

  /** Whether an event of the installation's outbox needs to wait there no longer. */
  isDelivered(entry: OutboxEntry): boolean {
    const account = this.loaded.get(entry.account);
    if (account !== undefined) return account.installationSequence >= entry.sequence;
    return !this.damaged.has(entry.account);
  }
}
