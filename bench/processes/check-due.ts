import { setTimeout as sleep } from 'node:timers/promises';
import { openInstallation } from '../../server/installation.ts';
import { createLog } from '../../server/log.ts';
import { parseSettings } from '../../server/settings.ts';
import { keysFromFile } from '../../test/keys-file.ts';
import { childOptions, serveParent } from '../child.ts';
import type { CheckRun } from '../messages.ts';

/** The installation as the server has it, without HTTP, at a time when the checks of new domains are due. */
export interface CheckDueOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly keysFile: string;
  /** Nobody waits for the domains that end so. */
  readonly deadZone: string;
}

/** A domain is looked at a minute after its create. Milliseconds. */
const AHEAD = 90_000;
const LOOK_EVERY = 5;

const { environment, keysFile, deadZone } = childOptions<CheckDueOptions>();
const settings = parseSettings(environment);
const installation = await openInstallation({
  settings,
  log: await createLog(settings.LOG_LEVEL, {}),
  keys: await keysFromFile(keysFile, () => {}),
  clock: () => new Date(Date.now() + AHEAD),
});
const { store, monitor, metrics } = installation;
serveParent({
  url: null,
  handlers: { checkDue },
  async stop() {
    await installation[Symbol.asyncDispose]();
  },
});

async function checkDue(): Promise<CheckRun> {
  const unchecked = await livingDomains();
  const checks = unchecked.length;
  const begin = performance.now();
  monitor.start();
  await monitor.tick();
  while (unchecked.length > 0) {
    const next = unchecked.at(-1);
    if (next !== undefined && (await store.domains.get(next.account, next.id))?.checks?.checked_at !== null)
      unchecked.pop();
    else await sleep(LOOK_EVERY);
  }
  const seconds = (performance.now() - begin) / 1000;
  const { questions, spent } = await lookups();
  return { checks, questions, inFlight: spent / seconds, seconds };
}

async function livingDomains(): Promise<{ account: number; id: number }[]> {
  const accounts = await store.accounts.list();
  const rows = await Promise.all(accounts.map(({ id }) => store.domains.list(id, {})));
  const living = rows.flat().filter(({ domain }) => !domain.endsWith(deadZone));
  return living.map(({ account_id, id }) => ({ account: account_id, id }));
}

/** How many questions there were, and the seconds that they took together. */
async function lookups(): Promise<{ questions: number; spent: number }> {
  const { text } = await metrics.render();
  const total = (suffix: string) =>
    [...text.matchAll(new RegExp(`^letterhead_dns_lookup_seconds${suffix}\\{.*\\} (.*)$`, 'gm'))]
      .map(([, value]) => Number(value))
      .reduce((sum, value) => sum + value, 0);
  return { questions: total('_count'), spent: total('_sum') };
}
