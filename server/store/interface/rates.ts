/** Points by the key of a rate limit. */
export type TakenPoints = Readonly<Record<string, number>>;

export interface RateStore {
  /**
   * Passes on what was taken in this process since the last call. Returns what other processes have passed on since,
   * each in an object of its own.
   */
  exchange(taken: TakenPoints): Promise<readonly TakenPoints[]>;
}
