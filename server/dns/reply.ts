import { decodeReply, type Message } from './message.ts';
import type { Unknown, UnknownReason } from './outcome.ts';

/** How an exchange ends: with a message that answers the question, whatever it says, or without. */
export type Reply = { kind: 'reply'; message: Message } | Unknown;

export function unknown(reason: UnknownReason): Unknown {
  return { kind: 'unknown', reason };
}

export function toReply(bytes: Buffer): Reply {
  try {
    return { kind: 'reply', message: decodeReply(bytes) };
  } catch {
    return unknown('malformed');
  }
}
