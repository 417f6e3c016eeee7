import { once } from 'node:events';
import { createServer } from 'node:http';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { toORPCRouter } from '@orpc/trpc';
import { childOptions, serveParent } from '../child.ts';
import { addressOf } from '../free-port.ts';
import type { StockRouterOptions } from './stock-router.ts';
import { createStockRouter } from './stock-router.ts';

/** oRPC's bridge from tRPC to REST. On Node's own server, where it is faster than on Fastify. */
const router = await createStockRouter(childOptions<StockRouterOptions>());
const handler = new OpenAPIHandler(toORPCRouter(router));
const server = createServer((request, response) => {
  void handler.handle(request, response, { prefix: '/api/v1', context: {} });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
serveParent({
  url: `http://127.0.0.1:${addressOf(server).port}`,
  async stop() {
    server.close();
  },
});
