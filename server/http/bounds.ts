/** What one caller may take of the server; times are in milliseconds. */
export interface HttpBounds {
  /** For the headers of a request to arrive. */
  readonly headersTimeout: number;
  /** For all of a request to arrive: one that trickles in holds a connection no longer than this. */
  readonly requestTimeout: number;
  /** For a connection on which nothing moves, such as one whose client does not read. */
  readonly idleTimeout: number;
  /** How often it is looked whether a request has taken too long. */
  readonly checkInterval: number;
  /** How many requests may wait for the beginning of their answer: some seconds' work of the slowest kind. */
  readonly maxWaiting: number;
}

export const HTTP_BOUNDS: HttpBounds = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  // Streams say something every 15 s.
  idleTimeout: 60_000,
  checkInterval: 5_000,
  maxWaiting: 1000,
};
