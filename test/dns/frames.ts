import type net from 'node:net';
import { completeMessage, LENGTH_OCTETS } from '../../server/dns/transport/tcp.ts';

/** Reads the messages that arrive over a connection, until it ends or breaks. */
export function readFrames(connection: net.Socket, onMessage: (message: Buffer) => void): void {
  connection.on('error', () => {});
  let received = Buffer.alloc(0);
  connection.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (
      let message = completeMessage(received);
      message !== undefined;
      message = completeMessage(received)
    ) {
      onMessage(message);
      received = received.subarray(LENGTH_OCTETS + message.length);
    }
  });
}
