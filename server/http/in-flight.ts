import { Readable } from 'node:stream';
import { LetterheadError } from '@letterhead/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ACCOUNT_LIMITS } from '../limits.ts';
import { LIVE_PATH } from './health.ts';
import type { RequestGuard } from './protocol.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** `arriving` until its body is there, `waiting` until its answer begins. */
    stage: 'arriving' | 'waiting' | 'answered';
    /** The account that it counts for; null where that is not known, or not yet. */
    countsFor: number | null;
  }
}

export interface InFlightOptions {
  /** How many requests may wait for the beginning of their answer. */
  readonly maxWaiting: number;
  /** Told of every request whose connection is done with it, and how many milliseconds after its arrival. */
  readonly ended: (request: FastifyRequest, reply: FastifyReply, ms: number) => void;
}

interface AccountShare {
  requests: number;
  /** The requests among them whose body has not arrived. */
  unread: number;
}

/**
 * Follows every request from its arrival to its end. An account that has too many under way is refused more, so that
 * it takes no other account's place; more than `maxWaiting` in all are refused at once, so that a flood ends in quick
 * refusals and not in growing memory. A request whose body trickles in does not wait for us, and counts for its
 * account alone.
 */
export class InFlight {
  readonly #options: InFlightOptions;
  readonly #byAccount = new Map<number, AccountShare>();
  #waiting = 0;

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  /** Liveness is always answered: a busy server must not be taken for a dead one. */
  track(app: FastifyInstance): RequestGuard {
    app.decorateRequest('stage', 'arriving');
    app.decorateRequest('countsFor', null);
    app.addHook('onSend', (request, _reply, payload, done) => {
      this.#answer(request);
      if (isStream(payload)) this.#leave(request);
      done(null, payload);
    });
    return (request, reply) => {
      const arrival = performance.now();
      // One listener for all that there is to do at the end: it also comes to clients that go away unanswered.
      reply.raw.on('close', () => {
        this.#leave(request);
        this.#options.ended(request, reply, performance.now() - arrival);
      });
      if (this.#waiting >= this.#options.maxWaiting && request.routeOptions.url !== LIVE_PATH) {
        return tooBusy();
      }
      if (bringsBody(request)) request.raw.once('end', () => this.#wait(request));
      else this.#wait(request);
      return null;
    };
  }

  /** Counts a request for an account, once. Throws `rate_limited` where that has too many under way. */
  enter(request: FastifyRequest, account: number): void {
    if (request.countsFor !== null || request.stage === 'answered') return;
    const share = this.#byAccount.get(account) ?? { requests: 0, unread: 0 };
    const isUnread = request.stage === 'arriving';
    if (share.requests >= ACCOUNT_LIMITS.waitingRequests) throw tooMany('are under way already');
    if (isUnread && share.unread >= ACCOUNT_LIMITS.unreadBodies) throw tooMany('have yet to send their body');
    request.countsFor = account;
    share.requests += 1;
    if (isUnread) share.unread += 1;
    this.#byAccount.set(account, share);
  }

  #wait(request: FastifyRequest): void {
    if (request.stage !== 'arriving') return;
    const share = this.#shareOf(request);
    if (share !== undefined) share.unread -= 1;
    request.stage = 'waiting';
    this.#waiting += 1;
  }

  #answer(request: FastifyRequest): void {
    const share = this.#shareOf(request);
    if (request.stage === 'arriving' && share !== undefined) share.unread -= 1;
    if (request.stage === 'waiting') this.#waiting -= 1;
    request.stage = 'answered';
  }

  /** An answer is held in memory until its client has taken it: until then, the request counts for its account. */
  #leave(request: FastifyRequest): void {
    this.#answer(request);
    const share = this.#shareOf(request);
    if (share === undefined) return;
    share.requests -= 1;
    if (share.requests === 0 && request.countsFor !== null) this.#byAccount.delete(request.countsFor);
    request.countsFor = null;
  }

  #shareOf({ countsFor }: FastifyRequest): AccountShare | undefined {
    return countsFor === null ? undefined : this.#byAccount.get(countsFor);
  }
}

/** A stream of events or a backup: it is made as it is taken, and has limits of its own. */
function isStream(payload: unknown): boolean {
  // Node loads what `Response` is when it is first asked for, which takes 15 ms.
  if (typeof payload !== 'object' || payload === null || Buffer.isBuffer(payload)) return false;
  if (payload instanceof Readable) return true;
  return payload instanceof Response && payload.headers.get('content-type') === 'text/event-stream';
}

/** Whether a request is only whole once its body is there; nobody waits for the body of a GET. */
function bringsBody({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
}

function tooMany(what: string): LetterheadError {
  return new LetterheadError(
    'rate_limited',
    `Too many requests of this account ${what}. Wait for their answers, and try again.`,
    { retryAfter: 1 },
  );
}

function tooBusy(): LetterheadError {
  return new LetterheadError('unavailable', 'Letterhead is overloaded. Try again in a moment.', {
    retryAfter: 1,
  });
}
