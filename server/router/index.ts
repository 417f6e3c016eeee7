import { accountsRouter } from './accounts.ts';
import { domainsRouter } from './domains.ts';
import { eventsRouter } from './events.ts';
import { keyZoneRouter } from './key-zone.ts';
import { keysRouter } from './keys.ts';
import { shareRouter, sharesRouter } from './shares.ts';
import { signingRouter } from './signing.ts';
import { tokensRouter } from './tokens.ts';
import { t } from './trpc.ts';
import { webhooksRouter } from './webhooks.ts';

/** All operations. REST, the command line and the console call these procedures and nothing else. */
export const appRouter = t.router({
  domains: domainsRouter,
  keys: keysRouter,
  shares: sharesRouter,
  share: shareRouter,
  signing: signingRouter,
  events: eventsRouter,
  webhooks: webhooksRouter,
  tokens: tokensRouter,
  accounts: accountsRouter,
  keyZone: keyZoneRouter,
});

export type AppRouter = typeof appRouter;
