import { FairSemaphore } from '../../fair-semaphore.ts';
import { DNS_LIMITS } from '../../limits.ts';
import type { Allowance } from '../check-budget.ts';
import {
  encodeQuery,
  type Message,
  type Query,
  type QueryOptions,
  type Question,
  RCODE,
} from '../message.ts';
import { isQueryableName } from '../name.ts';
import { type RawReply, type Reply, toReply, unknown } from '../reply.ts';
import { Deadline } from './deadline.ts';
import type { ServerAddress } from './server-address.ts';
import { SocketSemaphore } from './socket-semaphore.ts';
import { askOverTcp } from './tcp.ts';
import { askOverUdp } from './udp.ts';

export interface ExchangeDeps {
  /** Cryptographically strong bytes. */
  readonly random: (size: number) => Uint8Array;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** On whose behalf a question is asked. */
export interface Asker {
  /** Account id; 0 for the service itself. */
  readonly owner: number;
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
  /** Resolvers are asked anew about names within this zone; about others, a recent answer does. Absent: about all names. */
  readonly anewWithin?: string;
}

export interface AskOptions extends QueryOptions {
  /** In milliseconds; the asker's signal may end it earlier. */
  readonly timeout: number;
  /** Interval at which the datagram is resent, in milliseconds. */
  readonly resendAfter: number;
}

/** Outcome of one question to one server; `ms` is its duration. */
export interface Exchanged {
  readonly reply: Reply;
  readonly ms: number;
}

const TOO_LATE: Exchanged = { reply: unknown('timeout'), ms: 0 };
const RANDOM_OCTETS = 1024;
const DECODES = { total: DNS_LIMITS.decodesAtAStretch, perOwner: DNS_LIMITS.decodesAtAStretch };

/** Sends questions to DNS servers, over UDP and, if truncated, over TCP. */
export class Exchange {
  readonly #deps: ExchangeDeps;
  readonly #sockets = new SocketSemaphore();
  readonly #decodes = new FairSemaphore<number>(DECODES);
  /** Random octets that are left for ids: one call for many takes hardly longer than one for each. */
  #octets: Uint8Array = new Uint8Array();

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
  }

  /** Never throws for the server's behaviour or the name: anything that is not an answer is `unknown`. */
  async ask(
    server: ServerAddress,
    question: Question,
    options: AskOptions,
    asker: Asker,
  ): Promise<Exchanged> {
    if (!isQueryableName(question.name)) return { reply: unknown('malformed'), ms: 0 };
    if (!(await this.#sockets.acquire(server, asker.owner, asker.signal))) return TOO_LATE;
    try {
      return await this.#askNow(server, question, options, asker);
    } finally {
      this.#sockets.release(server, asker.owner);
    }
  }

  async #askNow(
    server: ServerAddress,
    question: Question,
    options: AskOptions,
    asker: Asker,
  ): Promise<Exchanged> {
    const start = this.#deps.now();
    using deadline = new Deadline(options.timeout, asker.signal);
    const reply = await this.#askUntil(deadline, server, question, options, asker);
    return { reply, ms: Math.round(this.#deps.now() - start) };
  }

  async #askUntil(
    deadline: Deadline,
    server: ServerAddress,
    question: Question,
    options: AskOptions,
    asker: Asker,
  ): Promise<Reply> {
    const overUdp = async (query: Query) =>
      this.#readDatagram(
        await askOverUdp(server, query, options.resendAfter, deadline, asker.allowance),
        query,
        asker,
      );
    let query = this.#encode(question, options, true);
    let reply = await overUdp(query);
    if (reply?.kind === 'reply' && refusesEdns(reply.message)) {
      query = this.#encode(question, options, false);
      reply = await overUdp(query);
    }
    if (reply !== null) return reply;
    const raw = await askOverTcp(server, query, deadline, asker.allowance);
    const isSilent = raw.kind === 'unknown' && (raw.reason === 'timeout' || raw.reason === 'unreachable');
    return isSilent ? { ...raw, overTcp: true } : this.#read(raw, query, asker);
  }

  /** Null if the answer does not fit a datagram and must be asked for over TCP. */
  async #readDatagram(raw: RawReply, query: Query, asker: Asker): Promise<Reply | null> {
    if (raw.kind === 'raw' && raw.bytes.length > DNS_LIMITS.udpOctets) return null;
    const reply = await this.#read(raw, query, asker);
    return reply.kind === 'reply' && reply.message.truncated ? null : reply;
  }

  /** Decodes a few messages per event loop round, so that a burst of answers does not block the thread. */
  async #read(raw: RawReply, { question }: Query, { owner, allowance }: Asker): Promise<Reply> {
    if (raw.kind === 'unknown') return raw;
    if (!allowance.takeOctets(raw.bytes.length)) return unknown('budget');
    await this.#decodes.acquire(owner);
    setImmediate(() => this.#decodes.release(owner));
    return toReply(raw.bytes, question.type);
  }

  #encode(question: Question, options: QueryOptions, edns: boolean): Query {
    return encodeQuery(question, { ...options, id: this.#nextId(), edns });
  }

  #nextId(): number {
    if (this.#octets.length === 0) this.#octets = this.#deps.random(RANDOM_OCTETS);
    const [high = 0, low = 0] = this.#octets;
    this.#octets = this.#octets.subarray(2);
    return high * 256 + low;
  }
}

/** Whether the server predates EDNS (RFC 6891 §7). */
function refusesEdns({ rcode }: Message): boolean {
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP;
}
