import { createPrivateKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import fastify from 'fastify';
import { childOptions, serveParent } from '../child.ts';

/** Fastify alone, with one route that signs what it is sent in libuv's threads: the most that a server on it can come to. */
export interface FastifySigningOptions {
  readonly route: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
}

const { route, privateKey } = childOptions<FastifySigningOptions>();
const key = createPrivateKey(privateKey);
const signInThread = promisify(sign);
const app = fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);
app.post<{ Body: Buffer }>(route, async ({ body }) => {
  const value = await signInThread('sha256', body.subarray(0, 1_000), key);
  return { value: value.toString('base64') };
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
serveParent({ url, stop: () => app.close() });
