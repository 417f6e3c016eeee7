import type { Writable } from 'node:stream';

/** Everything that is stored, as it was at one moment. It is to be written once, and is gone afterwards. */
export interface Backup {
  /** How many files the archive holds. */
  readonly files: number;
  /** Writes a tar.gz and ends `out`. Rejects where that fails or `out` is destroyed; a cut-off archive is no backup. */
  writeTo(out: Writable): Promise<void>;
}

export interface BackupOptions {
  /** Leaves `secret.key` out: the archive then does not hold what opens the private keys in it. */
  readonly withoutKey: boolean;
}

/** Takes the snapshot, while everything goes on. Rejects with `unavailable` where that cannot be done. */
export type OpenBackup = (options: BackupOptions) => Promise<Backup>;
