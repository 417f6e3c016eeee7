import { readFile } from 'node:fs/promises';
import type { Domain } from '@letterhead/shared';
import { DomainSchema } from '@letterhead/shared';
import type { ORPCMeta } from '@orpc/trpc';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import type { OpenApiMeta } from 'trpc-to-openapi';
import { z } from 'zod';

/** Options of the other tRPC servers: a file with a domain as REST spells it. */
export interface StockRouterOptions {
  readonly file: string;
}

const ROUTE = { method: 'GET', path: '/accounts/{account}/domains/{id}' } as const;

/** As `IdSchema`, also from the text of a path. */
const PathIdSchema = z.coerce.number().int().min(1);

/**
 * A router as tRPC's documentation shows one, with `domains.get` alone: the same schemas of input and output as the
 * real one, the answer from memory, and nobody asked for a token.
 */
export async function createStockRouter({ file }: StockRouterOptions) {
  const domain = await readDomain(file);
  const t = initTRPC.meta<OpenApiMeta & ORPCMeta>().create({ transformer: superjson });
  return t.router({
    domains: t.router({
      get: t.procedure
        .meta({ openapi: ROUTE, route: ROUTE })
        .input(z.object({ account: PathIdSchema, id: PathIdSchema }))
        .output(DomainSchema)
        .query(() => domain),
    }),
  });
}

export type StockRouter = Awaited<ReturnType<typeof createStockRouter>>;

async function readDomain(file: string): Promise<Domain> {
  const { data } = JSON.parse(await readFile(file, 'utf8'));
  return DomainSchema.parse({
    ...data,
    created_at: new Date(data.created_at),
    updated_at: new Date(data.updated_at),
  });
}
