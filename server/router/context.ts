import type { Caller } from '../auth/identity.ts';
import type { Batch } from '../trpc/batch.ts';
import type { Turns } from '../turns.ts';
import type { Services } from './services.ts';

/** What every procedure is given. */
export interface Context {
  readonly caller: Caller;
  readonly services: Services;
  /** Where a list leaves what REST says in a header beside the body. */
  readonly page?: Page | undefined;
  /** Absent where nobody else waits, as at the command line. */
  readonly turns?: Turns | undefined;
  /** What the call shares with others that came in the same request. */
  readonly batch?: Batch | undefined;
  /** Told of an answer before it is written. */
  readonly prepare?: ((answer: unknown) => Promise<void>) | undefined;
}

/** The next page of a list. */
export interface Page {
  /** The id after which it begins; null where this is the last. */
  next: number | null;
}
