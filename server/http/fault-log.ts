import type { LetterheadError } from '@letterhead/shared';
import { isFault } from '../router/refusals.ts';

/** Where faults are told; pino's loggers fit. */
export interface FaultLog {
  error(details: object, message: string): void;
}

/** Logs in full what a caller is told nothing of. */
export function logFault(log: FaultLog, { id }: { readonly id: string }, refusal: LetterheadError): void {
  if (isFault(refusal)) log.error({ request: id, err: refusal.cause }, refusal.message);
}
