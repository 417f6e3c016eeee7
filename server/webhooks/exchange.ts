import type { Dispatcher } from 'undici';
import { WEBHOOK_LIMITS } from '../limits.ts';

/** What came back. */
export interface Reply {
  readonly status: number;
  /** Of several headers `Retry-After`, the first; empty if there is none. */
  readonly retryAfter: string;
  /** The beginning of the answer. */
  readonly answer: string;
}

/** Where an endpoint may not be: the message says what is wrong with the address that its host has. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** An answer that is refused: the message says why. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** No answer, or none that ended, within `WEBHOOK_LIMITS.timeout`. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * One request, and of its answer as much as may be read. Rejects with `TimeoutError`, with what failed, or with the
 * reason of `stopped`.
 */
export function exchange(
  agent: Dispatcher,
  request: Dispatcher.DispatchOptions,
  stopped: AbortSignal,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  let controller: Dispatcher.DispatchController | null = null;
  let isOver = false;
  let reply = { status: 0, retryAfter: '' };
  const kept: Buffer[] = [];
  let read = 0;
  const end = () => {
    isOver = true;
    clearTimeout(timer);
    stopped.removeEventListener('abort', stop);
  };
  const fail = (error: Error) => {
    end();
    reject(error);
    controller?.abort(error);
  };
  const succeed = () => {
    end();
    const answer = Buffer.concat(kept).subarray(0, WEBHOOK_LIMITS.answerBytesKept).toString();
    resolve({ ...reply, answer });
  };
  const stop = () => fail(new Error('Letterhead is stopping.'));
  const timer = setTimeout(() => fail(new TimeoutError()), WEBHOOK_LIMITS.timeout);
  stopped.addEventListener('abort', stop);
  if (stopped.aborted) stop();
  agent.dispatch(request, {
    onRequestStart(started) {
      controller = started;
      // It was still connecting when its time was over.
      if (isOver) started.abort(new TimeoutError());
    },
    onResponseStart(_controller, status, headers) {
      const [retryAfter = ''] = [headers['retry-after']].flat();
      reply = { status, retryAfter };
    },
    onResponseData(_controller, chunk) {
      if (isOver) return;
      if (read < WEBHOOK_LIMITS.answerBytesKept) kept.push(chunk);
      read += chunk.length;
      if (read <= WEBHOOK_LIMITS.answerBytes) return;
      succeed();
      controller?.abort(new Error('The answer is too long to be read.'));
    },
    onResponseEnd: () => isOver || succeed(),
    onResponseError: (_controller, error) => isOver || fail(error),
  });
  return promise;
}
