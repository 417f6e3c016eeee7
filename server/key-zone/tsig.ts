import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TsigFailure } from './describe-failure.ts';
import {
  CLASS,
  encodeName,
  encodeRecord,
  readName,
  TYPE,
  type WireMessage,
  type WireRecord,
} from './wire.ts';

/** Authentication of DNS messages by a shared secret (RFC 8945). */

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number];

export interface TsigKey {
  /** In lower case, without the trailing dot. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Buffer;
}

/** Octets that a TSIG record takes at most: two names, the longest MAC, and the fields around them. */
export const TSIG_OCTETS = 640;

/** Seconds that the clocks of both sides may differ; RFC 8945 §10 recommends this value. */
const FUDGE = 300;
/** More unsigned messages in a row are an error (RFC 8945 §5.3.1). */
const MAX_UNSIGNED = 99;

const ERRORS: ReadonlyMap<number, TsigFailure> = new Map([
  [16, 'bad-signature'],
  [17, 'bad-key'],
  [18, 'bad-time'],
  [22, 'bad-signature'],
]);

/** A message that could not be authenticated. */
export class TsigError extends Error {
  override readonly name = 'TsigError';
  readonly reason: TsigFailure;

  constructor(reason: TsigFailure) {
    super(`The message could not be authenticated: ${reason}.`);
    this.reason = reason;
  }
}

/** The TSIG record's own fields. */
interface TsigFields {
  readonly algorithm: string;
  readonly time: number;
  readonly fudge: number;
  readonly mac: Buffer;
  readonly originalId: number;
  readonly error: number;
  readonly other: Buffer;
}

/** Appends a TSIG record to a request. `mac` is what the answer is verified with; `now` is in seconds. */
export function signRequest(message: Buffer, key: TsigKey, now: number): { bytes: Buffer; mac: Buffer } {
  const fields = { time: now, fudge: FUDGE, error: 0, other: Buffer.of() };
  const mac = digest(key, [message, variables(key, fields)]);
  const originalId = message.readUInt16BE(0);
  const record = encodeRecord({
    name: key.name,
    type: TYPE.TSIG,
    class: CLASS.ANY,
    ttl: 0,
    data: encodeFields({ ...fields, algorithm: key.algorithm, mac, originalId }),
  });
  const bytes = Buffer.concat([message, record]);
  bytes.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10);
  return { bytes, mac };
}

/** Verifies the messages that answer a signed request, in order (RFC 8945 §5.3.1). */
export class TsigVerifier {
  readonly #key: TsigKey;
  /** The MAC of the signed message before: the request's at first. */
  #prior: Buffer;
  /** Messages without a TSIG record since then, which the next one covers. */
  #unsigned: Buffer[] = [];
  #isFirst = true;

  constructor(key: TsigKey, requestMac: Buffer) {
    this.#key = key;
    this.#prior = requestMac;
  }

  /** Takes the next message; throws `TsigError` if it is not authentic. `now` is in seconds. */
  accept(bytes: Buffer, { records }: WireMessage, now: number): void {
    const record = records.at(-1);
    if (record?.type !== TYPE.TSIG) {
      this.#acceptUnsigned(bytes);
      return;
    }
    const fields = readFields(record);
    if (fields.mac.length === 0) throw new TsigError(ERRORS.get(fields.error) ?? 'unsigned');
    this.#verify(withoutTsig(bytes, record, fields), record, fields);
    // The server's word on our request comes first: what it signs with BADTIME has its own time.
    const failure = ERRORS.get(fields.error);
    if (failure !== undefined) throw new TsigError(failure);
    if (Math.abs(now - fields.time) > fields.fudge) throw new TsigError('bad-time');
    this.#prior = fields.mac;
    this.#unsigned = [];
    this.#isFirst = false;
  }

  /** Throws `TsigError` if messages came after the last signed one. */
  end(): void {
    if (this.#isFirst || this.#unsigned.length > 0) throw new TsigError('unsigned');
  }

  #acceptUnsigned(bytes: Buffer): void {
    if (this.#isFirst || this.#unsigned.length === MAX_UNSIGNED) throw new TsigError('unsigned');
    this.#unsigned.push(bytes);
  }

  #verify(message: Buffer, record: WireRecord, fields: TsigFields): void {
    if (record.name !== this.#key.name || fields.algorithm !== this.#key.algorithm)
      throw new TsigError('foreign');
    const covered = this.#isFirst ? variables(this.#key, fields) : timers(fields);
    const expected = digest(this.#key, [withLength(this.#prior), ...this.#unsigned, message, covered]);
    const isEqual = expected.length === fields.mac.length && timingSafeEqual(expected, fields.mac);
    if (!isEqual) throw new TsigError('foreign');
  }
}

/** The message as it was before it was signed. */
function withoutTsig(bytes: Buffer, { start }: WireRecord, { originalId }: TsigFields): Buffer {
  const message = Buffer.from(bytes.subarray(0, start));
  message.writeUInt16BE(originalId, 0);
  message.writeUInt16BE(message.readUInt16BE(10) - 1, 10);
  return message;
}

function digest(key: TsigKey, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(key.algorithm.slice('hmac-'.length), key.secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** RFC 8945 §4.3.3. */
function variables(key: TsigKey, fields: Pick<TsigFields, 'time' | 'fudge' | 'error' | 'other'>): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(CLASS.ANY, 0);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(fields.error, 0);
  tail.writeUInt16BE(fields.other.length, 2);
  return Buffer.concat([
    encodeName(key.name),
    head,
    encodeName(key.algorithm),
    timers(fields),
    tail,
    fields.other,
  ]);
}

function timers({ time, fudge }: Pick<TsigFields, 'time' | 'fudge'>): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(time, 0, 6);
  bytes.writeUInt16BE(fudge, 6);
  return bytes;
}

function withLength(mac: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(mac.length);
  return Buffer.concat([length, mac]);
}

/** RFC 8945 §4.2. */
function encodeFields({ algorithm, mac, originalId, error, other, ...times }: TsigFields): Buffer {
  const tail = Buffer.alloc(6);
  tail.writeUInt16BE(originalId, 0);
  tail.writeUInt16BE(error, 2);
  tail.writeUInt16BE(other.length, 4);
  return Buffer.concat([encodeName(algorithm), timers(times), withLength(mac), tail, other]);
}

function readFields({ data }: WireRecord): TsigFields {
  const { name: algorithm, end: at } = readName(data, 0);
  const macEnd = at + 10 + data.readUInt16BE(at + 8);
  return {
    algorithm,
    time: data.readUIntBE(at, 6),
    fudge: data.readUInt16BE(at + 6),
    mac: data.subarray(at + 10, macEnd),
    originalId: data.readUInt16BE(macEnd),
    error: data.readUInt16BE(macEnd + 2),
    other: data.subarray(macEnd + 6),
  };
}
