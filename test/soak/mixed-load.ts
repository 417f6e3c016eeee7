import type { Letterhead } from '@letterhead/client';
import { createLetterhead, isLetterheadError } from '@letterhead/client';
import { sendHttp } from '../security/http-request.ts';
import { exchange } from '../security/raw-socket.ts';

export interface MixedLoadOptions {
  readonly url: string;
  /** With every scope. */
  readonly token: string;
  /** At least 0 and less than 1. */
  readonly random: () => number;
}

/** Addresses that requests without a token come from. */
const ANONYMOUS_ADDRESSES = 500;

/** Requests of all kinds, valid and invalid. Each round deletes what it creates. */
export class MixedLoad {
  readonly #url: string;
  readonly #token: string;
  readonly #random: () => number;
  readonly #letterhead: Letterhead;
  readonly #kinds: readonly (() => Promise<void>)[];
  #names = 0;

  constructor({ url, token, random }: MixedLoadOptions) {
    this.#url = url;
    this.#token = token;
    this.#random = random;
    this.#letterhead = createLetterhead({ url, token });
    const some = <T>(times: number, kind: T) => Array<T>(times).fill(kind);
    this.#kinds = [
      ...some(4, () => this.#domainLife()),
      ...some(8, () => this.#readOverRest()),
      ...some(6, () => this.#readOverTrpc()),
      ...some(2, () => this.#tokenLife()),
      ...some(1, () => this.#accountLife()),
      ...some(6, () => this.#anonymousRequests()),
      ...some(2, () => this.#listen()),
      ...some(2, () => this.#talkNonsense()),
    ];
  }

  /** Sends a few requests of one kind. Rejects if any gets an unexpected answer. */
  async round(): Promise<void> {
    await this.#kinds[Math.floor(this.#random() * this.#kinds.length)]?.();
  }

  async #domainLife(): Promise<void> {
    const { domains, shares } = this.#letterhead;
    const account = 1;
    const { id } = await domains.create.mutate({ account, domain: this.#name() });
    await domains.update.mutate({ account, id, domain: this.#name() });
    // Reaching the limit of checks is expected.
    await domains.verifyDns.mutate({ account, id }).catch(unless('rate_limited'));
    const { token } = await shares.create.mutate({ account, id });
    await this.#rest('GET', '/share', 200, { token });
    await domains.delete.mutate({ account, id });
    await this.#rest('GET', '/share', 401, { token });
  }

  async #readOverRest(): Promise<void> {
    await this.#rest('GET', '/accounts/1/domains', 200);
    await this.#rest('GET', '/accounts/1/domains/1', 200);
    await this.#rest('GET', '/accounts/1/domains/1/diagnosis', 200);
    await this.#rest('GET', '/accounts/1/domains/1/zone-file', 200);
    await this.#rest('GET', '/accounts/1/domains/statuses', 200);
    await this.#rest('GET', '/accounts/1/events?limit=50', 200);
  }

  async #readOverTrpc(): Promise<void> {
    const { domains, tokens, accounts, events } = this.#letterhead;
    await Promise.all([
      domains.list.query({ account: 1, limit: 20 }),
      domains.get.query({ account: 1, id: 1 }),
      tokens.list.query({ account: 1 }),
      tokens.current.query(),
      accounts.list.query(),
      events.list.query({ account: 1, limit: 20 }),
    ]);
  }

  async #tokenLife(): Promise<void> {
    const { tokens } = this.#letterhead;
    const { id, token } = await tokens.create.mutate({ account: 1, name: 'Soak', scopes: ['domains:read'] });
    await this.#rest('GET', '/token', 200, { token });
    await this.#rest('POST', '/accounts/1/domains', 403, { token, form: `domain=${this.#name()}` });
    await tokens.revoke.mutate({ account: 1, id });
    await this.#rest('GET', '/token', 401, { token });
  }

  async #accountLife(): Promise<void> {
    const { accounts, domains } = this.#letterhead;
    const { id } = await accounts.create.mutate({ name: 'Soak' });
    for (let i = 0; i < 3; i++) await domains.create.mutate({ account: id, domain: this.#name() });
    await accounts.update.mutate({ account: id, suspended: true });
    await accounts.delete.mutate({ account: id });
  }

  /** Wrong tokens and wrong paths, from many addresses. */
  async #anonymousRequests(): Promise<void> {
    const client = Math.floor(this.#random() * ANONYMOUS_ADDRESSES);
    const headers = { 'x-forwarded-for': `198.18.${client >> 8}.${client & 255}` };
    const token = `lh_${client.toString(36).padStart(43, '0')}`;
    await this.#rest('GET', '/token', 401, { token, headers });
    await this.#rest('GET', '/accounts/1/domains', 401, { token: null, headers });
    await this.#rest('GET', `/nowhere-${client}`, 404, { token: null, headers });
    await this.#rest('POST', '/accounts/1/domains', 422, { form: `domain=${'.'.repeat(client)}`, headers });
    await this.#rest('POST', '/accounts/1/domains', 413, { form: 'x'.repeat(70_000), headers });
  }

  /** Follows the events of the account until something happens. */
  async #listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const subscription = this.#letterhead.events.stream.subscribe(
      { account: 1, lastEventId: 0 },
      { onData: () => resolve(), onError: reject },
    );
    try {
      await promise;
    } finally {
      subscription.unsubscribe();
    }
  }

  async #talkNonsense(): Promise<void> {
    await exchange(this.#url, 'BREW /coffee HTCPCP/1.0\r\n\r\n');
    await exchange(this.#url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    for (const path of ['/openapi.json', '/reference', '/health/live', '/health/ready']) {
      await sendHttp(this.#url, { path });
    }
    const authorization = `Bearer ${this.#token}`;
    await sendHttp(this.#url, { path: '/metrics', headers: { authorization } });
    const input = encodeURIComponent('{"json":{"account":1},"meta":{"values":{"__proto__.x":["Date"]}}}');
    await sendHttp(this.#url, { path: `/trpc/domains.list?input=${input}`, headers: { authorization } });
  }

  async #rest(
    method: string,
    path: string,
    status: number,
    { token = this.#token, form, headers = {} }: RestOptions = {},
  ): Promise<void> {
    const answer = await sendHttp(this.#url, {
      method,
      path: `/api/v1${path}`,
      headers: {
        ...headers,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: form,
    });
    if (answer.status === status) return;
    throw new Error(
      `${method} ${path} was answered with ${answer.status} in place of ${status}: ${answer.text}`,
    );
  }

  #name(): string {
    this.#names += 1;
    return `soak-${this.#names}-${Math.floor(this.#random() * 1e9)}.example`;
  }
}

interface RestOptions {
  /** Null: none. */
  readonly token?: string | null;
  readonly form?: string;
  readonly headers?: Record<string, string>;
}

/** Ignores an error of this code. */
function unless(code: string): (error: unknown) => void {
  return (error) => {
    if (!isLetterheadError(error) || error.data?.code !== code) throw error;
  };
}
