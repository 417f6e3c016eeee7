import { Webhook } from 'standardwebhooks';
import type { Agent } from 'undici';
import type { ServerAddress } from '../dns/transport/server-address.ts';
import { errorCode } from '../errno.ts';
import type { Clock } from '../instant.ts';
import { WEBHOOK_LIMITS } from '../limits.ts';
import type { DeliveryRow } from '../store/interface/webhooks.ts';
import { AddressError, AnswerError, exchange, TimeoutError } from './exchange.ts';

/** What is sent, the same in every attempt but for its time and its signature. */
export interface Message {
  /** `webhook-id`. */
  readonly id: string;
  readonly body: string;
}

/** Makes the signature of a message (Standard Webhooks). */
interface Signer {
  sign(id: string, at: Date, body: string): string;
}

/** Where to, and what signs it. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  readonly signers: readonly Signer[];
}

/** There are two secrets while the earlier one is valid as well. */
export function toTarget(url: string, secrets: readonly string[]): Target {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search, signers: secrets.map((secret) => new Webhook(secret)) };
}

/** How an attempt ended. */
export interface Attempt extends Pick<DeliveryRow, 'duration' | 'status' | 'delivered' | 'error' | 'answer'> {
  readonly began: Date;
  /** Milliseconds that the answer asks to wait. */
  readonly retryAfter: number;
}

export interface SenderOptions {
  readonly resolvers: readonly ServerAddress[];
  /** Whether private addresses are sent to. */
  readonly allowPrivate: boolean;
  readonly clock: Clock;
  /** Told of every attempt that has ended. */
  readonly onAttempt?: (isDelivered: boolean) => void;
}

const GONE = 410;

/** Whether the endpoint asks never to be sent anything again. */
export function isGone({ status }: Attempt): boolean {
  return status === GONE;
}

/** Sends messages over HTTP, signed by Standard Webhooks. It follows no redirect and knows no proxy. */
export class Sender {
  readonly #agentOptions: Pick<SenderOptions, 'resolvers' | 'allowPrivate'>;
  #agent: Agent | null = null;
  readonly #clock: Clock;
  readonly #onAttempt: NonNullable<SenderOptions['onAttempt']>;

  constructor({ clock, onAttempt = () => {}, ...agentOptions }: SenderOptions) {
    this.#clock = clock;
    this.#onAttempt = onAttempt;
    this.#agentOptions = agentOptions;
  }

  /** Never rejects, unless `stopped` aborts it. */
  async send(target: Target, message: Message, stopped: AbortSignal): Promise<Attempt> {
    const attempt = await this.#attempt(target, message, stopped);
    this.#onAttempt(attempt.delivered);
    return attempt;
  }

  async close(): Promise<void> {
    await this.#agent?.destroy();
  }

  /** Loads undici with the first message, so that a start does not wait for it. */
  async #openAgent(): Promise<Agent> {
    const { createAgent } = await import('./public-lookup.ts');
    this.#agent ??= createAgent(this.#agentOptions);
    return this.#agent;
  }

  async #attempt(
    { origin, path, signers }: Target,
    { id, body }: Message,
    stopped: AbortSignal,
  ): Promise<Attempt> {
    const agent = this.#agent ?? (await this.#openAgent());
    const began = this.#clock();
    const start = performance.now();
    const signature = signers.map((signer) => signer.sign(id, began, body)).join(' ');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Letterhead',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(began.getTime() / 1000)),
      'webhook-signature': signature,
    };
    const request = { origin, path, method: 'POST', headers, body } as const;
    const failed = { status: null, delivered: false, answer: '', retryAfter: 0 };
    const took = () => Math.round(performance.now() - start);
    try {
      const { status, answer, retryAfter } = await exchange(agent, request, stopped);
      const ended = { ...failed, began, duration: took(), status, answer };
      if (status >= 200 && status < 300) return { ...ended, delivered: true, error: null };
      return { ...ended, error: describeRefusal(status), retryAfter: readRetryAfter(retryAfter, began) };
    } catch (error) {
      stopped.throwIfAborted();
      return { ...failed, began, duration: took(), error: describeFailure(error) };
    }
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function readRetryAfter(header: string, now: Date): number {
  const text = header.trim();
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), WEBHOOK_LIMITS.longestRetryAfter);
}

function describeRefusal(status: number): string {
  return status >= 300 && status < 400
    ? `It answered ${status}: redirects are not followed, so give the webhook the address that it leads to.`
    : `It answered ${status}.`;
}

const NO_TLS = 'There is no TLS at this port: does its address begin with http://, or have another port?';
const UNTRUSTED = 'Its certificate is of an authority that is not trusted here.';

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
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is self-signed.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is self-signed.',
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate comes without those that vouch for it.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name.',
};

function describeFailure(error: unknown): string {
  if (error instanceof AddressError || error instanceof AnswerError) return error.message;
  if (error instanceof TimeoutError)
    return `It did not answer within ${WEBHOOK_LIMITS.timeout / 1000} seconds.`;
  if (error instanceof AggregateError && error.errors.length > 0) return describeFailure(error.errors[0]);
  if (error instanceof Error && error.name === 'HTTPParserError') return 'The answer is not HTTP.';
  const code = errorCode(error);
  return FAILURES[code ?? ''] ?? `The connection failed${code === undefined ? '' : ` (${code})`}.`;
}
