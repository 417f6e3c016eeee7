import type net from 'node:net';

/** Reads the messages that arrive over a connection, each behind its length (RFC 1035 §4.2.2), until it ends or breaks. */
export function readFrames(connection: net.Socket, onMessage: (message: Buffer) => void): void {
  connection.on('error', () => {});
  let received = Buffer.alloc(0);
  connection.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      onMessage(received.subarray(2, end));
      received = received.subarray(end);
    }
  });
}

export function toFrame(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
