/** Connections of this process to the database, and calls that wait for one. */
export interface PoolState {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What a store over a database reports to the metrics. */
export interface DatabaseObserver {
  /** `lost`: the connection broke, or the database did not answer in time. */
  queried(statement: string, outcome: 'done' | 'failed' | 'lost', ms: number): void;
  /** Passes a function that reads the state of the pool. */
  opened(pool: () => PoolState): void;
}
