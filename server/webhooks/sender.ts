import { Webhook } from 'standardwebhooks';
import type { Dispatcher as UndiciDispatcher } from 'undici';
import { Agent } from 'undici';
import type { ServerAddress } from '../dns/server-address.ts';
import type { Clock } from '../instant.ts';
import { WEBHOOK_LIMITS } from '../limits.ts';
import { AddressError, createConnector } from './public-lookup.ts';

/** What is sent, the same in every attempt but for its time and its signature. */
export interface Message {
  /** `webhook-id`. */
  readonly id: string;
  readonly body: string;
}

/** Where to, and what signs it: one secret, or two while the earlier one is valid as well. */
export interface Target {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** How an attempt ended. */
export interface Attempt {
  readonly began: Date;
  /** Milliseconds. */
  readonly duration: number;
  readonly status: number | null;
  readonly delivered: boolean;
  readonly error: string | null;
  /** The beginning of the answer. */
  readonly answer: string;
  /** Milliseconds that the answer asks to wait. */
  readonly retryAfter: number;
}

export interface SenderOptions {
  readonly resolvers: readonly ServerAddress[];
  /** Whether private addresses are sent to. */
  readonly allowPrivate: boolean;
  readonly clock: Clock;
}

const GONE = 410;

/** Whether the endpoint asks never to be sent anything again. */
export function isGone({ status }: Attempt): boolean {
  return status === GONE;
}

/** Sends messages over HTTP, signed by Standard Webhooks. It follows no redirect and knows no proxy. */
export class Sender {
  readonly #agent: Agent;
  readonly #clock: Clock;

  constructor({ clock, ...connector }: SenderOptions) {
    this.#clock = clock;
    this.#agent = new Agent({
      connect: createConnector(connector),
      pipelining: 1,
      maxHeaderSize: WEBHOOK_LIMITS.answerBytes,
    });
  }

  /** Never rejects, unless `stopped` aborts it. */
  async send({ url, secrets }: Target, { id, body }: Message, stopped: AbortSignal): Promise<Attempt> {
    const began = this.#clock();
    const start = performance.now();
    const signature = secrets.map((secret) => new Webhook(secret).sign(id, began, body)).join(' ');
    const timeout = AbortSignal.timeout(WEBHOOK_LIMITS.timeout);
    const { origin, pathname, search } = new URL(url);
    try {
      const response = await this.#agent.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Letterhead',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(began.getTime() / 1000)),
          'webhook-signature': signature,
        },
        body,
        signal: AbortSignal.any([timeout, stopped]),
      });
      const answer = await readAnswer(response.body);
      const delivered = response.statusCode >= 200 && response.statusCode < 300;
      return {
        began,
        duration: Math.round(performance.now() - start),
        status: response.statusCode,
        delivered,
        error: delivered ? null : `It answered ${response.statusCode}.`,
        answer,
        retryAfter: delivered ? 0 : readRetryAfter(response.headers['retry-after'], began),
      };
    } catch (error) {
      stopped.throwIfAborted();
      const duration = Math.round(performance.now() - start);
      const said = timeout.aborted ? noAnswer() : describeFailure(error);
      return { began, duration, status: null, delivered: false, error: said, answer: '', retryAfter: 0 };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Reads as much of an answer as may be read, and keeps its beginning. */
async function readAnswer(body: UndiciDispatcher.ResponseData['body']): Promise<string> {
  const kept: Buffer[] = [];
  let read = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (read < WEBHOOK_LIMITS.answerBytesKept) kept.push(chunk);
    read += chunk.length;
    // Leaving the loop closes the connection.
    if (read > WEBHOOK_LIMITS.answerBytes) break;
  }
  return Buffer.concat(kept).subarray(0, WEBHOOK_LIMITS.answerBytesKept).toString();
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function readRetryAfter(header: string | string[] | undefined, now: Date): number {
  const text = String(header ?? '').trim();
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), WEBHOOK_LIMITS.longestRetryAfter);
}

function noAnswer(): string {
  return `It did not answer within ${WEBHOOK_LIMITS.timeout / 1000} seconds.`;
}

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was closed.',
  EHOSTUNREACH: 'No route leads to its address.',
  ENETUNREACH: 'No route leads to its address.',
  EPIPE: 'The connection was closed.',
  ETIMEDOUT: 'The connection could not be made in time.',
  UND_ERR_CONNECT_TIMEOUT: 'The connection could not be made in time.',
  UND_ERR_HEADERS_OVERFLOW: 'The headers of its answer are too long.',
  UND_ERR_SOCKET: 'The connection was closed before the answer had ended.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is self-signed.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is self-signed.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate comes without those that vouch for it.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name.',
};

function describeFailure(error: unknown): string {
  if (error instanceof AddressError) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return describeFailure(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FAILURES[code] ?? `The connection failed${code === '' ? '' : ` (${code})`}.`;
}
