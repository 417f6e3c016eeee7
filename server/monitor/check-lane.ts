import type { CheckJob } from './check-job.ts';

/** Checks that wait for the same kind of room: by account in turn, and within an account first come, first served. */
export class CheckLane {
  /** In the order in which the accounts' turns come. */
  readonly #byAccount = new Map<number, Set<CheckJob>>();

  add(job: CheckJob): void {
    const { account } = job.target;
    this.#byAccount.set(account, (this.#byAccount.get(account) ?? new Set()).add(job));
  }

  delete(job: CheckJob): void {
    const { account } = job.target;
    const jobs = this.#byAccount.get(account);
    jobs?.delete(job);
    if (jobs?.size === 0) this.#byAccount.delete(account);
  }

  clear(): void {
    this.#byAccount.clear();
  }

  /** Takes the first check, by turns, that can start; `canStart` is asked about one check of an account. */
  takeNext(
    isBlocked: (job: CheckJob) => boolean,
    canStart: (job: CheckJob) => boolean,
  ): CheckJob | undefined {
    for (const [account, jobs] of this.#byAccount) {
      const job = firstOf(jobs, (one) => !isBlocked(one));
      if (job === undefined || !canStart(job)) continue;
      jobs.delete(job);
      // Whatever waits behind it comes after every other account.
      this.#byAccount.delete(account);
      if (jobs.size > 0) this.#byAccount.set(account, jobs);
      return job;
    }
    return undefined;
  }
}

function firstOf(jobs: Iterable<CheckJob>, fits: (job: CheckJob) => boolean): CheckJob | undefined {
  for (const job of jobs) if (fits(job)) return job;
  return undefined;
}
