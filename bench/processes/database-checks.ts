import { randomBytes } from 'node:crypto';
import { toInstant } from '../../server/instant.ts';
import { CHECK_LIMITS } from '../../server/limits.ts';
import { firstCheckTimes } from '../../server/monitor/schedule.ts';
import type { DomainRef } from '../../server/store/interface/domain-row.ts';
import type { JsonValue } from '../../server/store/interface/events.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { silentObserver } from '../../test/postgres/silent-observer.ts';
import { childOptions, serveParent } from '../child.ts';

/** The store over PostgreSQL, asked for due checks as the monitor does; each ends at once, and changes nothing. */
export interface DatabaseChecksOptions {
  readonly url: string;
  /** Of the domain whose rows all others are copies of. */
  readonly selector: string;
  readonly evidence: JsonValue;
}

/** Seconds. */
const LEASE = 600;
const CONNECTIONS = 10;

const { url, selector, evidence } = childOptions<DatabaseChecksOptions>();
const store = await openPostgresStore({
  urls: [url],
  connections: CONNECTIONS,
  log: silentLog,
  observer: silentObserver,
});

serveParent({
  url: null,
  handlers: { endDue: ({ seconds }) => endDue(seconds) },
  stop: () => store.close(),
});

async function endDue(seconds: number): Promise<{ perSecond: number }> {
  const began = performance.now();
  const underWay = new Set<Promise<void>>();
  let ended = 0;
  while (performance.now() - began < seconds * 1000) {
    const now = toInstant(new Date());
    for (const due of await store.checks.claim(now, CHECK_LIMITS.underWay - underWay.size, LEASE)) {
      const check = end(due, now).then(() => {
        ended += 1;
        underWay.delete(check);
      });
      underWay.add(check);
    }
    if (underWay.size === CHECK_LIMITS.underWay) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return { perSecond: (ended * 1000) / (performance.now() - began) };
}

async function end({ account, id }: DomainRef, began: string): Promise<void> {
  const { kind } = await store.checks.finish(
    { account, id, selector, began },
    { evidence, change: () => null, times: (row) => firstCheckTimes(row, randomBytes) },
  );
  if (kind !== 'unchanged') throw new Error(`A check has ended as ${kind}.`);
}
