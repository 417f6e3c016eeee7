import { TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';

/**
 * All that an input's values can be beside JSON's own: times, what is left out, and numbers that are none. superjson
 * knows many more types, which nothing here takes, and some of which cost whoever makes them: an array of a billion
 * zeros is one number on the wire.
 */
const TypeSchema = z.tuple([z.enum(['Date', 'undefined', 'number'])]);

const SentSchema = z.object({
  json: z.unknown(),
  meta: z
    .strictObject({
      values: z.union([TypeSchema, z.record(z.string(), TypeSchema)]).optional(),
      v: z.number().optional(),
    })
    .optional(),
});

/** An input as a tRPC client has sent it. Throws `BAD_REQUEST` where that is not plain, or not superjson's at all. */
export function readPlainInput(sent: unknown): unknown {
  const { success, data } = SentSchema.safeParse(sent);
  if (!success) throw new TRPCError({ code: 'BAD_REQUEST' });
  // `json` is whatever JSON can be, which superjson takes.
  return superjson.deserialize(data as Parameters<typeof superjson.deserialize>[0]);
}
