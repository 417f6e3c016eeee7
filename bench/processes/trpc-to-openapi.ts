import fastify from 'fastify';
import { fastifyTRPCOpenApiPlugin } from 'trpc-to-openapi';
import { childOptions, serveParent } from '../child.ts';
import type { StockRouterOptions } from './stock-router.ts';
import { createStockRouter } from './stock-router.ts';

/** The usual way from tRPC to REST, with its own Fastify adapter. */
const router = await createStockRouter(childOptions<StockRouterOptions>());
const app = fastify();
await app.register(fastifyTRPCOpenApiPlugin, { basePath: '/api/v1', router });
const url = await app.listen({ host: '127.0.0.1', port: 0 });
serveParent({ url, stop: () => app.close() });
