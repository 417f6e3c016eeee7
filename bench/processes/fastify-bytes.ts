import { readFile } from 'node:fs/promises';
import fastify from 'fastify';
import { childOptions, serveParent } from '../child.ts';

/** Fastify alone, with one route that sends the bytes of a file: the most that an API on it can come to. */
export interface FastifyBytesOptions {
  readonly route: string;
  readonly file: string;
}

const { route, file } = childOptions<FastifyBytesOptions>();
const body = await readFile(file, 'utf8');
const app = fastify();
app.get(route, (_request, reply) => reply.type('application/json; charset=utf-8').send(body));
const url = await app.listen({ host: '127.0.0.1', port: 0 });
serveParent({ url, stop: () => app.close() });
