import type { ServerResponse } from 'node:http';

/** Calls `act` once the connection is done with an answer: at once where the caller has gone while it was admitted. */
export function whenClosed(answer: ServerResponse, act: () => void): void {
  if (answer.closed) act();
  else answer.once('close', act);
}
