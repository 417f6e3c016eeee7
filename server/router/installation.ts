import { z } from 'zod';
import { authorizedProcedure } from './procedures.ts';
import { t } from './trpc.ts';
import { whileListenedTo } from './while-listened-to.ts';

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
      scope: 'admin',
      summary: 'Back up the installation',
      description: 'A consistent snapshot of everything, while it serves: a tar.gz in pieces.',
    })
    .subscription(({ ctx, input, signal }) =>
      whileListenedTo(signal, (until) =>
        ctx.services.installation.backup({ withoutKey: input.without_key, signal: until }),
      ),
    ),
});
