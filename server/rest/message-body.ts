import type { IncomingMessage } from 'node:http';
import { LetterheadError } from '@letterhead/shared';
import { MessageReader } from '@letterhead/shared/message';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SIGN_LIMITS } from '../limits.ts';
import { nextTurn } from '../turns.ts';
import { MessageBody } from './request-body.ts';

/** Takes raw messages as well. Of each, the header block and the hash of the body are kept, and never the message. */
export function takeMessages(app: FastifyInstance): void {
  app.addContentTypeParser('message/rfc822', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (Number(request.headers['content-length'] ?? 0) > SIGN_LIMITS.messageBytes) throw tooLarge();
    return new MessageBody(await readMessage(request, payload));
  });
}

/**
 * Reads a message as it arrives, a piece in each round of the event loop once it is a long one. One that can't be signed
 * is read to its end, for few clients hear what is said before.
 */
async function readMessage(request: FastifyRequest, payload: IncomingMessage) {
  const reader = new MessageReader();
  const account = request.identity?.account?.id ?? null;
  let length = 0;
  let refusal: unknown = null;
  for await (const piece of payload) {
    length += piece.length;
    if (length > SIGN_LIMITS.messageBytes) throw tooLarge();
    if (length > SIGN_LIMITS.bytesAtOnce) await nextTurn(account);
    if (refusal === null) refusal = tryTo(() => reader.push(piece));
  }
  if (refusal !== null) throw refusal;
  return reader.end();
}

function tryTo(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

function tooLarge(): LetterheadError {
  return new LetterheadError(
    'payload_too_large',
    `The message is too large: send at most ${SIGN_LIMITS.messageBytes / 1024 ** 2} MiB, or its headers and the hash of its body alone.`,
  );
}
