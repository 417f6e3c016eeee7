import type { Socket } from 'node:net';
import { LetterheadError } from '@letterhead/shared';
import { FIXED_HEADERS } from './fixed-headers.ts';

/** Answers what is not HTTP, or not in time, in the catalogue's shape, and ends the connection. */
export function answerBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(new LetterheadError('malformed_body', sentenceFor(error.code)).toBody());
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(FIXED_HEADERS).map(([name, value]) => `${name}: ${value}`),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function sentenceFor(code: string | undefined): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'The headers are too large: send at most 16 KiB of them.';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'The request did not arrive in time. Send it within 30 seconds.';
    default:
      return 'The request is not well-formed HTTP.';
  }
}
