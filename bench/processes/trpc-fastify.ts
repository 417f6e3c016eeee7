import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import fastify from 'fastify';
import { childOptions, serveParent } from '../child.ts';
import type { StockRouter, StockRouterOptions } from './stock-router.ts';
import { createStockRouter } from './stock-router.ts';

/** tRPC's own Fastify plugin, as its documentation shows it. */
const router = await createStockRouter(childOptions<StockRouterOptions>());
const app = fastify({ routerOptions: { maxParamLength: 5000 } });
const trpcOptions: FastifyTRPCPluginOptions<StockRouter>['trpcOptions'] = { router };
await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions });
const url = await app.listen({ host: '127.0.0.1', port: 0 });
serveParent({ url, stop: () => app.close() });
