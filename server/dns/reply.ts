import { decodeReply, type Message } from './message.ts';
import type { Outcome, RecordType, Unknown, UnknownReason } from './outcome.ts';
import type { ResourceRecord } from './record.ts';

/** Result of an exchange: a message that answers the question, or the reason why there is none. */
export type Reply = { kind: 'reply'; message: Message } | Unknown;
/** `Reply` before the message is decoded. */
export type RawReply = { kind: 'raw'; bytes: Buffer } | Unknown;

/** A resolver's answer; `additionals` is its additional section, such as name servers' addresses. */
export interface Resolved {
  readonly outcome: Outcome;
  readonly additionals: readonly ResourceRecord[];
  /** Whether the resolver has validated it. */
  readonly validated: boolean;
  /** If the outcome is `bogus`: what it says with the checking of DNSSEC disabled. */
  readonly unchecked?: Outcome;
}

export function unknown(reason: UnknownReason): Unknown {
  return { kind: 'unknown', reason };
}

/** Decodes a message that answers the question. */
export function toReply(bytes: Buffer, type: RecordType): Reply {
  try {
    return { kind: 'reply', message: decodeReply(bytes, type) };
  } catch {
    return unknown('malformed');
  }
}
