import type { DomainStatus } from '@letterhead/shared';
import { worstOf } from '@letterhead/shared/rules';
import { api, letterhead, queryClient } from './api.ts';
import { toApiError } from './api-error.ts';

/** From so many changed domains on, one reading of all is less than one of each. */
const MANY = 20;
/** Pause after a reading of all, for each domain in it. */
const PAUSE_MS_PER_DOMAIN = 5;

interface ChangedDomain {
  readonly account: number;
  readonly id: number;
  readonly name: string;
}

/**
 * Keeps the statuses that were read up to date: reads those of changed domains, one by one, and all of them only where
 * many have changed. Changes that come meanwhile are collected for the next round.
 */
class StatusUpdates {
  #pending = new Map<number, ChangedDomain>();
  #running = false;

  add(domain: ChangedDomain): void {
    this.#pending.set(domain.id, domain);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#pending.size > 0) {
      const changed = [...this.#pending.values()];
      this.#pending = new Map();
      if (changed.length < MANY) await Promise.all(changed.map(readOne));
      else for (const account of new Set(changed.map((one) => one.account))) await readAll(account);
    }
    this.#running = false;
  }
}

async function readAll(account: number): Promise<void> {
  const queryKey = api.domains.statuses.queryKey({ account });
  await queryClient.invalidateQueries({ queryKey });
  const pause = (queryClient.getQueryData(queryKey)?.length ?? 0) * PAUSE_MS_PER_DOMAIN;
  await new Promise((resolve) => setTimeout(resolve, pause));
}

async function readOne({ account, id, name }: ChangedDomain): Promise<void> {
  const queryKey = api.domains.statuses.queryKey({ account });
  // What is being read may have been written before the change.
  if (queryClient.isFetching({ queryKey }) > 0) return queryClient.invalidateQueries({ queryKey });
  if (queryClient.getQueryData(queryKey) === undefined) return;
  try {
    const diagnosis = await letterhead.domains.diagnosis.query({ account, id });
    const { status, checked_at, next_check_at } = diagnosis;
    const { code, severity } = worstOf(diagnosis.records);
    replace(account, id, [{ id, domain: name, status, code, severity, checked_at, next_check_at }]);
  } catch (error) {
    if (toApiError(error).code === 'not_found') replace(account, id, []);
    else await queryClient.invalidateQueries({ queryKey });
  }
}

function replace(account: number, id: number, by: readonly DomainStatus[]): void {
  queryClient.setQueryData(api.domains.statuses.queryKey({ account }), (all) =>
    all === undefined ? undefined : [...all.filter((one) => one.id !== id), ...by],
  );
}

export const statusUpdates = new StatusUpdates();
