import { expect, onTestFinished, test } from 'vitest';
import type { ZoneFailure } from '../../server/key-zone/describe-failure.ts';
import { KeyZone } from '../../server/key-zone/key-zone.ts';
import type { Difference, ZoneContent } from '../../server/key-zone/zone-content.ts';
import { KEY_ZONE_LIMITS } from '../../server/limits.ts';
import { keyZoneText } from '../../server/records/dns-records.ts';
import type { DomainRef } from '../../server/store/interface/domain-row.ts';
import { FakeTime } from '../monitor/fake-time.ts';
import { primaryAt, SERVER_TSIG, ZONE } from './primary-at.ts';
import { ZoneServer } from './zone-server.ts';

const NO_KEY = keyZoneText(null);
const ALICE = { account: 1, id: 1 };
const BOB = { account: 2, id: 7 };

test('what a domain is to have is in the zone once its change was sent', async () => {
  const { server, zone, content } = await start();
  content.set(ALICE, 'one', { a: 'v=DKIM1; p=AAAA', b: NO_KEY });
  content.set(BOB, 'two', { a: 'v=DKIM1; p=BBBB', b: NO_KEY });
  zone.changed(ALICE);
  zone.changed(BOB);
  await zone.settled();
  expect(await server.txt(`a.one.${ZONE}`)).toEqual(['"v=DKIM1; p=AAAA"']);
  expect(await server.txt(`b.one.${ZONE}`)).toEqual([`"${NO_KEY}"`]);
  expect(await server.txt(`a.two.${ZONE}`)).toEqual(['"v=DKIM1; p=BBBB"']);
  expect(zone.state).toMatchObject({ waiting: 0, waitingSince: null, failure: null });
});

test('changes wait while the primary is away, and are in the zone once it is back', async () => {
  const { server, zone, content, time, told } = await start();
  await server.kill();
  content.set(ALICE, 'one', { a: 'v=DKIM1; p=AAAA' });
  zone.changed(ALICE);
  await zone.settled();
  expect(zone.state).toMatchObject({ waiting: 1, waitingSince: time.clock(), failure: 'unreachable' });
  time.pass(KEY_ZONE_LIMITS.longestWait);
  await zone.settled();
  expect(told.failures).toEqual(['unreachable']);
  await server.restart();
  time.pass(KEY_ZONE_LIMITS.longestWait);
  await zone.settled();
  expect(await server.txt(`a.one.${ZONE}`)).toEqual(['"v=DKIM1; p=AAAA"']);
  expect(zone.state).toMatchObject({ waiting: 0, failure: null });
  expect(told.recoveries).toBe(1);
});

test('a change that came while an older one was sent is sent after it', async () => {
  const { server, zone, content } = await start();
  content.set(ALICE, 'one', { a: 'v=DKIM1; p=AAAA' });
  content.onRead = (reads) => {
    // Another process has changed the domain, and sent that, between our reading and our sending.
    if (reads === 1) content.set(ALICE, 'one', { a: 'v=DKIM1; p=BBBB' });
  };
  zone.changed(ALICE);
  await zone.settled();
  expect(await server.txt(`a.one.${ZONE}`)).toEqual(['"v=DKIM1; p=BBBB"']);
});

test('what somebody has changed in the zone is put right within an hour, and told', async () => {
  const records =
    'a.one TXT "v=DKIM1; p=EVIL"\nc.one A 192.0.2.1\nold.gone TXT "v=DKIM1; p=OLD"\nwww TXT "of others"';
  const { server, zone, content, time, told } = await start(records);
  content.set(ALICE, 'one', { a: 'v=DKIM1; p=AAAA', b: NO_KEY });
  content.retire('gone', { old: NO_KEY });
  zone.start();
  time.pass(0);
  await told.once();
  expect(told.differences.map(({ name }) => name).sort()).toEqual([
    `a.one.${ZONE}`,
    `b.one.${ZONE}`,
    `c.one.${ZONE}`,
    `old.gone.${ZONE}`,
  ]);
  expect((await server.content()).filter((line) => line.includes('TXT') || line.includes('c.one'))).toEqual([
    `a.one.${ZONE}. 300 IN TXT "v=DKIM1; p=AAAA"`,
    `b.one.${ZONE}. 300 IN TXT "${NO_KEY}"`,
    `old.gone.${ZONE}. 300 IN TXT "${NO_KEY}"`,
    `www.${ZONE}. 300 IN TXT "of others"`,
  ]);
  expect(await zone.compare()).toEqual([]);
  expect(zone.state).toMatchObject({ comparedAt: time.clock(), differences: 0 });
});

test('with more changes than wait one by one, the whole zone is compared', async () => {
  const { server, zone, content, told } = await start();
  const count = KEY_ZONE_LIMITS.waiting + 1;
  for (let id = 1; id <= count; id++) content.set({ account: 1, id }, `l${id}`, { a: NO_KEY });
  for (let id = 1; id <= count; id++) zone.changed({ account: 1, id });
  expect(zone.state.waiting).toBe(KEY_ZONE_LIMITS.waiting);
  await zone.settled();
  content.time.pass(0);
  await told.once();
  expect(told.differences.map(({ name }) => name)).toEqual([`a.l${count}.${ZONE}`]);
  expect(await server.txt(`a.l${count}.${ZONE}`)).toEqual([`"${NO_KEY}"`]);
}, 60_000);

/** What a zone is to hold, as a test says it. */
class TestContent implements ZoneContent {
  readonly time = new FakeTime('2026-01-31T12:00:00Z');
  readonly #owned = new Map<string, { owner: DomainRef; label: string; texts: Map<string, string> }>();
  readonly #retired: { owner: null; label: string; texts: Map<string, string> }[] = [];
  #reads = 0;
  onRead = (_reads: number) => {};

  set(owner: DomainRef, label: string, texts: Record<string, string>): void {
    const content = { owner, label, texts: new Map(Object.entries(texts)) };
    this.#owned.set(`${owner.account}/${owner.id}`, content);
  }

  retire(label: string, texts: Record<string, string>): void {
    this.#retired.push({ owner: null, label, texts: new Map(Object.entries(texts)) });
  }

  async *all() {
    yield* this.#owned.values();
    yield* this.#retired;
  }

  async of({ account, id }: DomainRef) {
    const content = this.#owned.get(`${account}/${id}`);
    this.onRead(++this.#reads);
    return content;
  }
}

class Told {
  readonly failures: ZoneFailure[] = [];
  recoveries = 0;
  differences: readonly Difference[] = [];
  readonly #repaired = Promise.withResolvers<void>();

  failed = (failure: ZoneFailure) => void this.failures.push(failure);
  recovered = () => void this.recoveries++;
  repaired = async (differences: readonly Difference[]) => {
    this.differences = differences;
    this.#repaired.resolve();
  };

  once(): Promise<void> {
    return this.#repaired.promise;
  }
}

async function start(records = '') {
  const server = await ZoneServer.start('knot', { zone: ZONE, records, tsig: SERVER_TSIG });
  const content = new TestContent();
  const { time } = content;
  const told = new Told();
  const zone = new KeyZone({
    zone: ZONE,
    primary: primaryAt(server),
    content,
    clock: time.clock,
    timer: time.timer,
    observer: told,
    holds: async () => true,
  });
  onTestFinished(async () => {
    await zone.close();
    await server[Symbol.asyncDispose]();
  });
  return { server, zone, content, time, told };
}
