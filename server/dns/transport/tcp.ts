import net from 'node:net';
import type { Allowance } from '../check-budget.ts';
import { isReplyTo, type Query } from '../message.ts';
import { type RawReply, unknown } from '../reply.ts';
import type { Deadline } from './deadline.ts';
import type { ServerAddress } from './server-address.ts';

export const LENGTH_OCTETS = 2;
const MAX_MESSAGE_LENGTH = 65_535;

/**
 * Asks over TCP, where a message is prefixed with its length (RFC 7766 §8). Reads one message only. The connection
 * counts as one datagram of the allowance.
 */
export function askOverTcp(
  server: ServerAddress,
  query: Query,
  deadline: Deadline,
  allowance: Allowance,
): Promise<RawReply> {
  if (!allowance.takeDatagram()) return Promise.resolve(unknown('budget'));
  return new Promise((resolve) => {
    const socket = net.connect({ host: server.address, port: server.port });
    const buffer = Buffer.allocUnsafe(LENGTH_OCTETS + MAX_MESSAGE_LENGTH);
    let received = 0;
    const finish = (reply: RawReply) => {
      deadline.onEnd(null);
      socket.removeAllListeners();
      // Late errors are ignored: the question has ended.
      socket.on('error', () => {});
      socket.destroy();
      resolve(reply);
    };
    socket.on('connect', () => socket.write(frame(query.bytes)));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.copy(buffer, received);
      const message = completeMessage(buffer.subarray(0, received));
      if (message === undefined) return;
      finish(isReplyTo(message, query) ? { kind: 'raw', bytes: message } : unknown('malformed'));
    });
    socket.on('error', () => finish(unknown('unreachable')));
    socket.on('close', () => finish(unknown(received > 0 ? 'malformed' : 'unreachable')));
    deadline.onEnd(() => finish(unknown('timeout')));
  });
}

/** A message behind its length. */
export function frame(bytes: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_OCTETS);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The first message of what was received; undefined if it is not whole yet. */
export function completeMessage(received: Buffer): Buffer | undefined {
  if (received.length < LENGTH_OCTETS) return undefined;
  const end = LENGTH_OCTETS + received.readUInt16BE(0);
  return received.length < end ? undefined : received.subarray(LENGTH_OCTETS, end);
}
