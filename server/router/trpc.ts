import type { ErrorCode, FieldErrors } from '@letterhead/shared';
import { ERROR_CATALOGUE } from '@letterhead/shared';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { readPlainInput } from '../trpc/input-types.ts';
import { memoizedSerialize } from '../trpc/memoize-serialize.ts';
import type { Context } from './context.ts';
import { toApiError } from './errors.ts';
import type { Meta } from './meta.ts';

/** `error.data` of a client. */
export interface ErrorData {
  code: ErrorCode;
  httpStatus: number;
  errors?: FieldErrors;
  path?: string;
}

/** tRPC with superjson on the wire, the catalogue's codes in `error.data`, and no stacks. */
export const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    transformer: {
      input: { serialize: superjson.serialize, deserialize: readPlainInput },
      output: { serialize: memoizedSerialize, deserialize: superjson.deserialize },
    },
    isDev: false,
    // After a longer silence, a client takes the connection for lost and reconnects.
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter({ shape, error, path }) {
      const { code, message, errors } = toApiError(error);
      const data: ErrorData = {
        code,
        httpStatus: ERROR_CATALOGUE[code].status,
        ...(errors === undefined ? {} : { errors }),
        ...(path === undefined ? {} : { path }),
      };
      return { code: shape.code, message, data };
    },
  });
