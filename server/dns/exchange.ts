import { Deadline } from './deadline.ts';
import { encodeQuery, type Message, type Query, type Question, RCODE } from './message.ts';
import { isAskableName } from './name.ts';
import { type Reply, unknown } from './reply.ts';
import type { ServerAddress } from './server-address.ts';
import { Slots } from './slots.ts';
import { askOverTcp } from './tcp.ts';
import { askOverUdp } from './udp.ts';

export interface ExchangeNeeds {
  /** Cryptographically strong bytes. */
  readonly random: (size: number) => Uint8Array;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

export interface AskOptions {
  /** Whether the server is to find the answer elsewhere: asked of resolvers, not of authorities. */
  readonly recursive: boolean;
  /** How long the question may take, in milliseconds; `signal` ends it earlier. */
  readonly timeout: number;
  /** After how many milliseconds the datagram is sent again. */
  readonly resendAfter: number;
  readonly signal: AbortSignal;
}

/** How a question to one server ended; `ms` is how long that took. */
export interface Exchanged {
  readonly reply: Reply;
  readonly ms: number;
}

/** Every question has a socket of its own: so many leave enough file descriptors for the rest of the process. */
const MAX_UNDER_WAY = 1024;
/** As many datagrams as fit the default receive buffer of a server on Linux; of a larger burst some would be lost. */
const MAX_UNDER_WAY_TO_ONE_SERVER = 256;

const TOO_LATE: Exchanged = { reply: unknown('timeout'), ms: 0 };

/** One question to one server. */
export class Exchange {
  readonly #needs: ExchangeNeeds;
  readonly #slots = new Slots(MAX_UNDER_WAY);
  readonly #serverSlots = new Slots(MAX_UNDER_WAY_TO_ONE_SERVER);

  constructor(needs: ExchangeNeeds) {
    this.#needs = needs;
  }

  /** Never throws for what the server does or the name is: whatever is no answer to the question is `unknown`. */
  async ask(server: ServerAddress, question: Question, options: AskOptions): Promise<Exchanged> {
    if (!isAskableName(question.name)) return { reply: unknown('malformed'), ms: 0 };
    const key = `${server.address} ${server.port}`;
    if (!(await this.#serverSlots.take(key, options.signal))) return TOO_LATE;
    try {
      if (!(await this.#slots.take('', options.signal))) return TOO_LATE;
      try {
        return await this.#askNow(server, question, options);
      } finally {
        this.#slots.release('');
      }
    } finally {
      this.#serverSlots.release(key);
    }
  }

  async #askNow(server: ServerAddress, question: Question, options: AskOptions): Promise<Exchanged> {
    const start = this.#needs.now();
    using deadline = new Deadline(options.timeout, options.signal);
    const reply = await this.#askUntil(deadline, server, question, options);
    return { reply, ms: Math.round(this.#needs.now() - start) };
  }

  async #askUntil(
    deadline: Deadline,
    server: ServerAddress,
    question: Question,
    { recursive, resendAfter }: AskOptions,
  ): Promise<Reply> {
    let query = this.#encode(question, recursive, true);
    let reply = await askOverUdp(server, query, resendAfter, deadline);
    if (reply.kind === 'reply' && refusesEdns(reply.message)) {
      query = this.#encode(question, recursive, false);
      reply = await askOverUdp(server, query, resendAfter, deadline);
    }
    const truncated = reply.kind === 'reply' && reply.message.truncated;
    return truncated ? askOverTcp(server, query, deadline) : reply;
  }

  #encode(question: Question, recursive: boolean, edns: boolean): Query {
    const [high = 0, low = 0] = this.#needs.random(2);
    return encodeQuery(question, { id: high * 256 + low, recursive, edns });
  }
}

/** A server from before EDNS knows no better (RFC 6891 §7). */
function refusesEdns({ rcode }: Message): boolean {
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP;
}
