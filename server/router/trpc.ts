import type { ErrorCode, FieldErrors } from '@letterhead/shared';
import { ERROR_CATALOGUE } from '@letterhead/shared';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import type { Context } from './context.ts';
import type { Meta } from './meta.ts';
import { readPlainInput } from './plain-input.ts';
import { toRefusal } from './refusals.ts';
import { serializeOnce } from './written-once.ts';

/** What a client finds in `error.data`. */
export interface ErrorData {
  code: ErrorCode;
  httpStatus: number;
  errors?: FieldErrors;
  path?: string;
}

/** tRPC, set up once: superjson on the wire, the catalogue in `error.data`, and no stack to anybody. */
export const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    transformer: {
      input: { serialize: superjson.serialize, deserialize: readPlainInput },
      output: { serialize: serializeOnce, deserialize: superjson.deserialize },
    },
    isDev: false,
    // A stream that is silent for longer is dead, and its client connects again.
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter({ shape, error, path }) {
      const refusal = toRefusal(error);
      const data: ErrorData = {
        code: refusal.code,
        httpStatus: ERROR_CATALOGUE[refusal.code].status,
        ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
        ...(path === undefined ? {} : { path }),
      };
      return { code: shape.code, message: refusal.message, data };
    },
  });
