import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLetterhead } from '@letterhead/client';
import { expect, test, vi } from 'vitest';
import type { StreamItem } from '../../server/events/events.ts';
import { Events } from '../../server/events/events.ts';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import { createAccount, createDomain } from '../store/rows.ts';

/** Items that a subscriber received. */
interface Listener extends Disposable {
  readonly items: StreamItem[];
  /** The last id received, as a reconnecting browser sends it. */
  readonly lastId: () => number | undefined;
}

function listen({ letterhead }: Pick<TestServer, 'letterhead'>, lastEventId?: number): Listener {
  const items: StreamItem[] = [];
  let last: string | undefined;
  const subscription = letterhead.events.stream.subscribe(
    { account: 1, ...(lastEventId === undefined ? {} : { lastEventId }) },
    {
      onData({ id, data }) {
        last = id;
        items.push(data);
      },
    },
  );
  return {
    items,
    lastId: () => (last === undefined ? undefined : Number(last)),
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

function typesOf(items: readonly StreamItem[]): string[] {
  return items.map((item) => (item.kind === 'event' ? item.event.type : item.kind));
}

test('a subscriber gets each change of its account as it happens, with times as Date', async () => {
  await using server = await startTestServer();
  using listener = listen(server);
  await vi.waitFor(() => expect(typesOf(listener.items)).toEqual(['listening']));
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await server.letterhead.domains.delete.mutate({ account: 1, id });
  await vi.waitFor(() =>
    expect(typesOf(listener.items)).toEqual(['listening', 'domain.created', 'domain.deleted']),
  );
  const [, created] = listener.items;
  expect(created?.kind === 'event' && created.event.at).toBeInstanceOf(Date);
});

test('a subscriber that was away gets what it has missed, once and in order', async () => {
  await using server = await startTestServer();
  const names = ['a.example', 'b.example', 'c.example', 'd.example'];
  let lastId: number | undefined;
  {
    using early = listen(server);
    await vi.waitFor(() => expect(early.items).toHaveLength(1));
    await server.letterhead.domains.create.mutate({ account: 1, domain: names[0] ?? '' });
    await vi.waitFor(() => expect(early.items).toHaveLength(2));
    lastId = early.lastId();
  }
  await server.letterhead.domains.create.mutate({ account: 1, domain: names[1] ?? '' });
  await server.letterhead.domains.create.mutate({ account: 1, domain: names[2] ?? '' });
  using late = listen(server, lastId);
  await vi.waitFor(() => expect(late.items).toHaveLength(2));
  await server.letterhead.domains.create.mutate({ account: 1, domain: names[3] ?? '' });
  await vi.waitFor(() => expect(late.items).toHaveLength(3));
  expect(late.items.map((item) => item.kind === 'event' && item.event.domain?.name)).toEqual(names.slice(1));
});

test('a subscriber does not get the events of another account', async () => {
  await using server = await startTestServer();
  const otherClient = createLetterhead({ url: server.url, token: await server.makeToken(['domains:read']) });
  const other = await server.letterhead.accounts.create.mutate({ name: 'Another help desk' });
  const refusal = Promise.withResolvers<unknown>();
  otherClient.events.stream.subscribe(
    { account: other.id },
    { onData: refusal.reject, onError: refusal.resolve },
  );
  await expect(refusal.promise).resolves.toBeDefined();
});

test('a subscriber that has missed more than is kept is told to reload, and gets what happens after that', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'letterhead-events-'));
  const store = await openJsonStore({
    dataDir,
    clock: () => new Date(),
    eventLog: { segmentBytes: 1 },
  });
  try {
    const account = await createAccount(store);
    const add = (name: string) => createDomain(store, account.id, name);
    for (let at = 0; at < 30; at++) await add(`n${at}.example`);
    const stop = new AbortController();
    const stream = new Events({ store }).stream(account, 1, stop.signal);
    expect((await stream.next()).value).toEqual({ kind: 'reload', last: 31 });
    const next = stream.next();
    await add('e.example');
    expect((await next).value).toMatchObject({ kind: 'event', event: { id: 32, type: 'domain.created' } });
    stop.abort();
    await stream.return(undefined);
  } finally {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
