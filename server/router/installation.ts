import { z } from 'zod';
import type { Call } from './procedures.ts';
import { authorizedProcedure } from './procedures.ts';
import { t } from './trpc.ts';
import { whileListenedTo } from './while-listened-to.ts';

const SCOPE = 'admin';

export const installationRouter = t.router({
  backup: authorizedProcedure
    .input(
      z.object({
        without_key: z
          .boolean()
          .default(false)
          .describe('Leaves out the key that encrypts the private keys.'),
      }),
    )
    .meta({
      scope: SCOPE,
      summary: 'Back up the installation',
      description: 'A consistent snapshot of everything, while it serves: a tar.gz in pieces.',
    })
    .subscription(({ ctx, input, signal }) =>
      whileListenedTo(signal, (until) => backUp(ctx, { withoutKey: input.without_key, signal: until })),
    ),
});

/** A backup, for as long as whoever takes it may have it: each piece is held back until that is confirmed. */
async function* backUp(
  { services, identity }: Call<unknown>['ctx'],
  options: { withoutKey: boolean; signal: AbortSignal },
) {
  for await (const item of services.installation.backup(options)) {
    await services.tokens.confirm(identity, SCOPE, null);
    yield item;
  }
}
