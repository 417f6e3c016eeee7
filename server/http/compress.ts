import type { CompressCallback } from 'node:zlib';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FairSemaphore } from '../fair-semaphore.ts';
import { COMPRESSION_LIMITS } from '../limits.ts';

/** A content coding that we have, and how it is asked for: `q=0` says that it is not wanted. The best first. */
export const CODINGS = [
  { coding: 'br', wanted: /\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/ },
  { coding: 'gzip', wanted: /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/ },
] as const;

type Coding = (typeof CODINGS)[number]['coding'];

/** In one piece, so that the thread is taken up once. Higher levels take twice the time for 2 % less: keys don't shrink. */
const COMPRESSORS: Record<Coding, (content: Buffer, done: CompressCallback) => void> = {
  br: (content, done) =>
    brotliCompress(
      content,
      { chunkSize: content.length, params: { [constants.BROTLI_PARAM_QUALITY]: 1 } },
      done,
    ),
  gzip: (content, done) => gzip(content, { chunkSize: content.length, level: 1 }, done),
};

/**
 * Compresses JSON and text that is long enough to be worth it, for clients that take it. In libuv's threads, which the
 * store's writes need as well: few at once, the accounts in turn. Streams, and so backups, go out as they are.
 */
export function compressAnswers(app: FastifyInstance): void {
  const threads = new FairSemaphore<number | null>({
    total: COMPRESSION_LIMITS.atOnce,
    perOwner: COMPRESSION_LIMITS.atOncePerAccount,
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!isWorthwhile(reply, payload)) return done(null, payload);
    addVary(reply);
    const coding = acceptedCoding(request);
    if (coding === null) return done(null, payload);
    threads
      .run(request.countsFor, () => compress(coding, Buffer.from(payload)))
      .then((packed) => {
        reply.header('content-encoding', coding);
        done(null, packed);
      }, done);
  });
}

function isWorthwhile(reply: FastifyReply, payload: unknown): payload is string | Buffer {
  return (
    (typeof payload === 'string' || Buffer.isBuffer(payload)) &&
    payload.length >= COMPRESSION_LIMITS.minBytes &&
    !reply.hasHeader('content-encoding') &&
    /^(?:application\/json|text\/)/.test(String(reply.getHeader('content-type')))
  );
}

function addVary(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  reply.header('vary', others === undefined ? 'accept-encoding' : `${others}, accept-encoding`);
}

function acceptedCoding({ method, headers }: FastifyRequest): Coding | null {
  const accepted = headers['accept-encoding'];
  if (method === 'HEAD' || typeof accepted !== 'string') return null;
  return CODINGS.find(({ wanted }) => wanted.test(accepted))?.coding ?? null;
}

function compress(coding: Coding, content: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    COMPRESSORS[coding](content, (error, packed) => (error === null ? resolve(packed) : reject(error))),
  );
}
