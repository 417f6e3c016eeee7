import { decodeReply, type Message } from './message.ts';
import type { RecordType, Unknown, UnknownReason } from './outcome.ts';

/** Result of an exchange: a message that answers the question, or the reason why there is none. */
export type Reply = { kind: 'reply'; message: Message } | Unknown;
/** `Reply` before the message is decoded. */
export type RawReply = { kind: 'raw'; bytes: Buffer } | Unknown;

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
