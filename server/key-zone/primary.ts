import { connect, type Socket } from 'node:net';
import { completeMessage, frame, LENGTH_OCTETS } from '../dns/transport/tcp.ts';
import type { Clock } from '../instant.ts';
import { KEY_ZONE_LIMITS } from '../limits.ts';
import type { RandomSource } from '../random.ts';
import type { PrimaryFailure } from './describe-failure.ts';
import { signRequest, TsigError, type TsigKey, TsigVerifier } from './tsig.ts';
import { encodeUpdates, type ZoneChange } from './update-message.ts';
import { encodeQuestion, readMessage, TYPE, type WireMessage, type WireRecord } from './wire.ts';

export interface PrimaryOptions {
  /** Where the zone's primary listens; the host may be a name. */
  readonly server: { readonly host: string; readonly port: number };
  readonly zone: string;
  readonly tsig: TsigKey;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** A request that failed. Of an update, what came before may have been done, and of this message all or nothing. */
export class PrimaryError extends Error {
  override readonly name = 'PrimaryError';
  readonly reason: PrimaryFailure;

  constructor(reason: PrimaryFailure) {
    super(`The key zone's server did not do what it was asked: ${reason}.`);
    this.reason = reason;
  }
}

/** By rcode (RFC 2136 §2.2); any other is `failed`. */
const FAILURES: ReadonlyMap<number, PrimaryFailure> = new Map([
  [4, 'refused'],
  [5, 'refused'],
  [9, 'not-authoritative'],
  [10, 'not-authoritative'],
]);

/** The name server that the key zone is fed to, over TCP, with every message authenticated. */
export class Primary {
  readonly #options: PrimaryOptions;

  constructor(options: PrimaryOptions) {
    this.#options = options;
  }

  /** Makes all the changes, in order. Rejects with `PrimaryError`. */
  async update(changes: readonly ZoneChange[], signal: AbortSignal): Promise<void> {
    const messages = encodeUpdates(this.#options.zone, changes, () => this.#nextId());
    if (messages.length === 0) return;
    await this.#connected(signal, async (connection) => {
      for (const message of messages) {
        const answer = connection.ask(message);
        await answer.next();
        answer.end();
      }
    });
  }

  /** Hands on the zone's records as they arrive (AXFR, RFC 5936). Rejects with `PrimaryError`. */
  async transfer(onRecord: (record: WireRecord) => void, signal: AbortSignal): Promise<void> {
    const { zone } = this.#options;
    const question = encodeQuestion({ id: this.#nextId(), flags: 0, name: zone, type: TYPE.AXFR });
    await this.#connected(signal, async (connection) => {
      const answer = connection.ask(question);
      // The zone begins and ends with its SOA record.
      for (let apexes = 0; apexes < 2; ) {
        for (const record of (await answer.next()).records) {
          if (record.type === TYPE.TSIG) continue;
          if (record.type === TYPE.SOA && record.name === zone) apexes++;
          else if (apexes === 1) onRecord(record);
          else throw new PrimaryError('malformed');
        }
      }
      answer.end();
    });
  }

  async #connected(signal: AbortSignal, use: (connection: Connection) => Promise<void>): Promise<void> {
    const { server, tsig, clock } = this.#options;
    const ends = AbortSignal.any([signal, AbortSignal.timeout(KEY_ZONE_LIMITS.exchange)]);
    const socket = connect({ ...server, signal: ends });
    socket.setTimeout(KEY_ZONE_LIMITS.silence, () => socket.destroy(new PrimaryError('timeout')));
    try {
      await use(new Connection(socket, tsig, () => Math.floor(clock().getTime() / 1000)));
    } catch (error) {
      throw toPrimaryError(error, ends);
    } finally {
      socket.destroy();
    }
  }

  #nextId(): number {
    const [high = 0, low = 0] = this.#options.random(2);
    return high * 256 + low;
  }
}

/** The messages that answer one request, each of them verified as far as can be by then. */
interface SignedAnswer {
  next(): Promise<WireMessage>;
  /** Throws where the last message was not signed. */
  end(): void;
}

class Connection {
  readonly #socket: Socket;
  readonly #frames: AsyncIterator<Buffer>;
  readonly #tsig: TsigKey;
  /** In seconds. */
  readonly #now: () => number;

  constructor(socket: Socket, tsig: TsigKey, now: () => number) {
    this.#socket = socket;
    this.#frames = framesOf(socket);
    this.#tsig = tsig;
    this.#now = now;
  }

  ask(request: Buffer): SignedAnswer {
    const { bytes, mac } = signRequest(request, this.#tsig, this.#now());
    const verifier = new TsigVerifier(this.#tsig, mac);
    this.#socket.write(frame(bytes));
    return {
      next: async () => {
        const received = await this.#frames.next();
        if (received.done === true) throw new PrimaryError('unreachable');
        const message = readMessage(received.value);
        assertAnswers(message, readMessage(request));
        assertAuthentic(verifier, received.value, message, this.#now());
        return message;
      },
      end: () => verifier.end(),
    };
  }
}

async function* framesOf(socket: Socket): AsyncGenerator<Buffer, void> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    for (
      let message = completeMessage(received);
      message !== undefined;
      message = completeMessage(received)
    ) {
      yield message;
      received = received.subarray(LENGTH_OCTETS + message.length);
    }
  }
}

function assertAnswers({ id, isResponse, opcode }: WireMessage, request: WireMessage): void {
  if (id !== request.id || !isResponse || opcode !== request.opcode) throw new PrimaryError('malformed');
}

/** A server that refuses before it looks at the signature does not sign its refusal. */
function assertAuthentic(verifier: TsigVerifier, bytes: Buffer, message: WireMessage, now: number): void {
  const failure = message.rcode === 0 ? undefined : (FAILURES.get(message.rcode) ?? 'failed');
  try {
    verifier.accept(bytes, message, now);
  } catch (error) {
    if (error instanceof TsigError && error.reason === 'unsigned' && failure !== undefined)
      throw new PrimaryError(failure);
    throw error;
  }
  if (failure !== undefined) throw new PrimaryError(failure);
}

function toPrimaryError(error: unknown, ends: AbortSignal): PrimaryError {
  if (error instanceof PrimaryError) return error;
  if (error instanceof TsigError) return new PrimaryError(error.reason);
  if (ends.aborted) return new PrimaryError('timeout');
  return new PrimaryError(error instanceof Error && 'syscall' in error ? 'unreachable' : 'malformed');
}
