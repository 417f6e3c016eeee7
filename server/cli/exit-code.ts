export const EXIT = {
  done: 0,
  /** `domain verify`: the domain is not verified. `webhook test`: it was not delivered. `check`: the data folder is damaged. `key-zone compare`: names differ. */
  notVerified: 1,
  usage: 2,
  /** Refused, or the server or the data folder is unavailable. */
  refused: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Invalid command line; the message says what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
