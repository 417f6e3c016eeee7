import { isId } from '@letterhead/shared';
import type { FastifyInstance } from 'fastify';
import type { Accounts } from '../auth/accounts.ts';
import { FOREVER } from './console-files.ts';

/**
 * Serves the logos of accounts to everybody, as the page of a share link shows them. The hash in the path keeps the
 * answer the same forever, and does not tell whether an account exists.
 */
export function serveLogos(app: FastifyInstance, accounts: Pick<Accounts, 'logo'>): void {
  app.get<{ Params: { account: string; file: string } }>('/logos/:account/:file', async (request, reply) => {
    const { account, file } = request.params;
    const logo = isId(account) ? await accounts.logo(Number(account)) : undefined;
    if (logo === undefined || file !== `${logo.hash}.png`) return reply.callNotFound();
    return reply
      .header('cache-control', FOREVER)
      .header('etag', `"${logo.hash}"`)
      .type('image/png')
      .send(logo.png);
  });
}
