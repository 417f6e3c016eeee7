import type { NextIds } from '../import.ts';
import type { StoreLog } from '../store-log.ts';
import type { AccountFiles } from './account-files.ts';
import { INSTALLATION_FILE } from './disk/data-folder.ts';
import type { InstallationFile } from './formats/files.ts';
import type { Installation } from './installation.ts';

/** The highest ids that are in use. */
export function usedIds(
  { accounts, tokens, removing }: Pick<InstallationFile, 'accounts' | 'tokens' | 'removing'>,
  highestDomain: number,
): NextIds {
  return {
    account: Math.max(accounts.at(-1)?.id ?? 0, ...removing),
    token: tokens.at(-1)?.id ?? 0,
    domain: highestDomain,
  };
}

/** An id that is in use is not given again, even where `installation.json` was put back from an older backup. */
export async function raiseNextIds(
  installation: Installation,
  files: AccountFiles,
  log: StoreLog,
): Promise<void> {
  const used = usedIds(installation.state, files.highestDomain);
  const { next } = installation.state;
  const kinds = (['account', 'token', 'domain'] as const).filter((kind) => used[kind] >= next[kind]);
  if (kinds.length === 0) return;
  log.warn({ file: INSTALLATION_FILE, kinds }, 'next ids were behind ids in use; raised');
  await installation.setNext(() => Object.fromEntries(kinds.map((kind) => [kind, used[kind] + 1])));
}

/** How many ids are reserved with one write; a crash leaves a gap of as many at most. */
const RESERVED_AT_ONCE = 100;

/** No id is left below the mark. */
class OutOfIdsError extends Error {
  override readonly name = 'OutOfIdsError';
}

/**
 * Gives out ids of domains that were never given before. An id is given only below a mark that is already durable, so
 * that none comes twice after a crash, and a create costs no write but that of its account; a clean close takes the
 * mark back to where the giving stopped.
 */
export class DomainIds {
  readonly #installation: Installation;
  #next: number;
  #reserving: Promise<void> | null = null;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#next = installation.state.next.domain;
  }

  /** Does `work`, which takes at most one id, and does nothing before. @throws LetterheadError `unavailable`. */
  async use<R>(work: (take: () => number) => Promise<R>): Promise<R> {
    for (;;) {
      try {
        return await work(() => this.#take());
      } catch (error) {
        if (!(error instanceof OutOfIdsError)) throw error;
        this.#reserving ??= this.#reserve();
        await this.#reserving;
      }
    }
  }

  /** The next id, as far as none is being given out. */
  get next(): number {
    return this.#next;
  }

  /** Gives out no id below `next`, which is durable as the mark. */
  skipTo(next: number): void {
    this.#next = next;
  }

  /** Lets the next start go on without a gap. Nothing may be taken any more. */
  async close(): Promise<void> {
    if (this.#installation.state.next.domain !== this.#next)
      await this.#installation.setNext(() => ({ domain: this.#next }));
  }

  #take(): number {
    if (this.#next >= this.#installation.state.next.domain) throw new OutOfIdsError();
    return this.#next++;
  }

  async #reserve(): Promise<void> {
    try {
      await this.#installation.setNext(() => ({ domain: this.#next + RESERVED_AT_ONCE }));
    } finally {
      this.#reserving = null;
    }
  }
}
