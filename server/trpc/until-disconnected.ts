import { toTrpcError } from '../router/errors.ts';

/**
 * What a subscription yields, with its errors as the catalogue's. Once the listener has gone it ends quietly: there is
 * nobody left to hear an error, and Node ends a whole process over one that nobody hears.
 */
export async function* untilDisconnected<Item>(
  signal: AbortSignal | undefined,
  items: (until: AbortSignal) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const until = signal ?? new AbortController().signal;
  try {
    yield* items(until);
  } catch (error) {
    if (!until.aborted) throw toTrpcError(error);
  }
}
