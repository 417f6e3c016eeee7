import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { KeyZone } from '../../server/key-zone/key-zone.ts';
import type { Difference } from '../../server/key-zone/zone-content.ts';
import { KEY_ZONE_LIMITS } from '../../server/limits.ts';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { FakeTime } from '../monitor/fake-time.ts';
import { silentObserver } from '../postgres/silent-observer.ts';
import { createDatabase, type TestDatabase } from '../postgres/test-database.ts';
import { primaryAt, SERVER_TSIG, ZONE } from './primary-at.ts';
import { ZoneServer } from './zone-server.ts';

const NAME = `a.one.${ZONE}`;
const RIGHT = 'v=DKIM1; p=AAAA';
const WRONG = 'v=DKIM1; p=EVIL';

/** A server as far as the key zone goes, whose time passes when a test says so; one that is killed has no more time. */
class Holder implements AsyncDisposable {
  readonly time = new FakeTime('2026-01-31T12:00:00Z');
  /** What the store said each time that it asked for the zone. */
  readonly answers: boolean[] = [];
  readonly repaired: string[][] = [];
  /** Called whenever the zone is compared. */
  onCompare = async () => {};
  readonly #zone: KeyZone;
  readonly #close: () => Promise<void>;

  private constructor(lead: () => Promise<boolean>, server: ZoneServer, close: () => Promise<void>) {
    const { clock, timer } = this.time;
    const label = { owner: null, label: 'one', texts: new Map([['a', RIGHT]]) };
    const onCompare = () => this.onCompare();
    this.#close = close;
    this.#zone = new KeyZone({
      zone: ZONE,
      primary: primaryAt(server),
      content: {
        async *all() {
          await onCompare();
          yield label;
        },
        of: async () => undefined,
      },
      clock,
      timer,
      observer: {
        failed: () => {},
        recovered: () => {},
        repaired: async (found: readonly Difference[]) =>
          void this.repaired.push(found.map(({ name }) => name)),
      },
      holds: async () => {
        const isHeld = await lead();
        this.answers.push(isHeld);
        return isHeld;
      },
    });
    this.#zone.start();
  }

  static async start({ url }: TestDatabase, server: ZoneServer): Promise<Holder> {
    const options = { urls: [url], connections: 2, log: silentLog, observer: silentObserver };
    const store = await openPostgresStore(options);
    const id = randomUUID();
    const lead = () => store.keyZone.lead(id, KEY_ZONE_LIMITS.lease / 1000);
    return new Holder(lead, server, () => store.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#zone.close();
    await this.#close();
  }
}

test('of two servers one holds the key zone, the other takes over once that is not heard of, and the first sends nothing any more', async () => {
  await using database = await createDatabase();
  await using server = await ZoneServer.start('knot', { zone: ZONE, tsig: SERVER_TSIG });
  await using one = await Holder.start(database, server);
  await using two = await Holder.start(database, server);
  const endLease = () => database.query("UPDATE leases SET until = now() - interval '1 second'");

  one.time.pass(0);
  await expect.poll(() => one.repaired).toEqual([[NAME]]);
  two.time.pass(0);
  await expect.poll(() => two.answers).toEqual([false]);
  await server.overwrite(NAME, WRONG);
  two.time.pass(KEY_ZONE_LIMITS.holdInterval);
  await expect.poll(() => two.answers).toEqual([false, false]);

  // The first is frozen while it compares: the second takes over, and keeps the zone from then on.
  one.onCompare = async () => {
    one.onCompare = async () => {};
    await endLease();
    two.time.pass(KEY_ZONE_LIMITS.holdInterval);
    await expect.poll(() => two.repaired).toEqual([[NAME]]);
    await server.overwrite(NAME, WRONG);
  };
  one.answers.length = 0;
  one.time.pass(KEY_ZONE_LIMITS.compareInterval);
  await expect.poll(() => one.answers.at(-1)).toBe(false);
  expect(one.repaired).toHaveLength(1);
  expect(await server.txt(NAME)).toEqual([`"${WRONG}"`]);
  two.time.pass(KEY_ZONE_LIMITS.compareInterval);
  await expect.poll(() => two.repaired).toHaveLength(2);
  expect(await server.txt(NAME)).toEqual([`"${RIGHT}"`]);
});
