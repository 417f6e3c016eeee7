import type { LetterheadError } from '@letterhead/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DomainChange, EventRow, Store } from '../../server/store/store.ts';
import {
  accountRow,
  createAccount,
  createDomain,
  createShare,
  createToken,
  deleteDomain,
  domainEvent,
  domainRow,
  event,
  everythingIn,
  madeDomain,
  NOON,
  renameDomain,
  tokenRow,
} from '../store/rows.ts';

/** A store of its own for one test, over something that lasts. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** Closes the store, and opens another one over what it left behind. */
  reopen(): Promise<Store>;
}

const LATER = '2026-01-31T12:05:00Z';
const MUCH_LATER = '2026-02-01T12:00:00Z';

const ALL = { after: 0, limit: 1000 };

/** What every store promises. */
export function storeContract(name: string, start: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a store:`, () => {
    let underTest: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      underTest = await start();
      store = underTest.store;
    });

    afterEach(() => underTest[Symbol.asyncDispose]());

    async function reopen(): Promise<void> {
      store = await underTest.reopen();
    }

    async function eventTypes(account: number): Promise<string[]> {
      const page = await store.listEvents(account, ALL);
      return page.events.map((row) => row.type);
    }

    describe('accounts', () => {
      test('begin at id 1 and are there after a restart', async () => {
        const first = await createAccount(store, 'First');
        const second = await createAccount(store, 'Second');
        expect([first.id, second.id]).toEqual([1, 2]);
        await reopen();
        expect(await store.listAccounts()).toEqual([first, second]);
        expect(await store.getAccount(2)).toEqual(second);
        expect(await store.getAccount(3)).toBeUndefined();
      });

      test('come with a first token, both or neither', async () => {
        const first = (row: { id: number }, id: number) => ({
          row: tokenRow(id, row.id, 'first'),
          event: event('token.created'),
        });
        const account = await store.createAccount(
          (id) => accountRow(id),
          () => event('account.created'),
          first,
        );
        await expect(
          store.createAccount(
            (id) => accountRow(id),
            () => event('account.created'),
            () => {
              throw new Error('no token today');
            },
          ),
        ).rejects.toThrow('no token today');
        await reopen();
        expect((await store.listAccounts()).map((row) => row.id)).toEqual([account.id]);
        expect(await store.findToken('first')).toEqual(tokenRow(1, account.id, 'first'));
        expect(await eventTypes(account.id)).toEqual(['account.created', 'token.created']);
      });

      test('change by the row as it is at the moment, with their events', async () => {
        const { id } = await createAccount(store, 'Old');
        const rename = (suffix: string) =>
          store.updateAccount(id, (row) => ({
            row: { ...row, name: row.name + suffix },
            events: [event('account.renamed', { name: row.name + suffix })],
          }));
        await Promise.all([rename('er'), rename(' still')]);
        await reopen();
        expect((await store.getAccount(id))?.name).toBe('Older still');
        expect(await eventTypes(id)).toEqual(['account.created', 'account.renamed', 'account.renamed']);
      });

      test('stay as they are where nothing is to change', async () => {
        const account = await createAccount(store);
        expect(await store.updateAccount(account.id, () => null)).toEqual(account);
        expect(await store.updateAccount(99, () => null)).toBeUndefined();
        expect(await eventTypes(account.id)).toEqual(['account.created']);
      });

      test('are deleted with everything that was theirs, and another account’s log tells of it', async () => {
        const actor = await createAccount(store);
        const gone = await createAccount(store);
        await createToken(store, gone.id, 'of-the-gone');
        const domain = await madeDomain(store, gone.id, 'example.org');
        await store.writeEvidence(gone.id, domain.id, { seen: 'nothing' });
        const told = { account: actor.id, event: event('account.deleted', { account: gone.id }) };
        expect(await store.deleteAccount(gone.id, () => told)).toBe(true);
        expect(await store.deleteAccount(gone.id, () => told)).toBe(false);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await store.listAccounts()).toEqual([actor]);
          expect(await store.findToken('of-the-gone')).toBeUndefined();
          expect(await store.getDomain(gone.id, domain.id)).toBeUndefined();
          expect(await store.listDomains(gone.id, {})).toEqual([]);
          expect(await store.readEvidence(gone.id, domain.id)).toBeUndefined();
          expect(await store.listEvents(gone.id, ALL)).toEqual({
            events: [],
            truncated: false,
            afterIsKept: true,
            first: null,
            last: 0,
          });
          expect(await store.takeDueChecks(MUCH_LATER, 10)).toEqual([]);
          expect(await eventTypes(actor.id)).toEqual(['account.created', 'account.deleted']);
        }
      });

      test('can be deleted without an event', async () => {
        const { id } = await createAccount(store);
        expect(await store.deleteAccount(id, () => null)).toBe(true);
        expect(await store.listAccounts()).toEqual([]);
      });
    });

    describe('tokens', () => {
      test('are found by their hash, whoever’s they are', async () => {
        const one = await createAccount(store);
        const two = await createAccount(store);
        const token = await createToken(store, one.id, 'hash-a');
        const other = await createToken(store, two.id, 'hash-b');
        expect(token?.id).toBe(1);
        await reopen();
        expect(await store.findToken('hash-a')).toEqual(token);
        expect(await store.findToken('hash-b')).toEqual(other);
        expect(await store.findToken('hash-c')).toBeUndefined();
        expect(await store.listTokens(two.id)).toEqual([other]);
        expect(await eventTypes(one.id)).toEqual(['account.created', 'token.created']);
      });

      test('are not made for an account that is not there', async () => {
        expect(await createToken(store, 7)).toBeUndefined();
        const { id } = await createAccount(store);
        expect((await createToken(store, id))?.id).toBe(1);
      });

      test('are deleted by their own account alone', async () => {
        const { id } = await createAccount(store);
        const other = await createAccount(store);
        const token = await createToken(store, id, 'hash-a');
        const revoke = (account: number) =>
          store.deleteToken(account, token?.id ?? 0, (row) => event('token.revoked', { token: row.id }));
        expect(await revoke(other.id)).toBe(false);
        expect(await revoke(id)).toBe(true);
        expect(await revoke(id)).toBe(false);
        await reopen();
        expect(await store.findToken('hash-a')).toBeUndefined();
        expect(await eventTypes(id)).toEqual(['account.created', 'token.created', 'token.revoked']);
      });

      test('are never more than the limit, even by creates at the same moment, share links among them', async () => {
        const { id } = await createAccount(store);
        const other = await createAccount(store);
        await createToken(store, other.id, 'of-the-other');
        await madeDomain(store, id, 'example.org');
        const create = (at: number) => createShare(store, id, 1, `hash-${at}`, 3);
        const creations = await Promise.all(Array.from({ length: 8 }, (_, at) => create(at)));
        expect(creations.filter(({ kind }) => kind === 'written')).toHaveLength(3);
        expect(creations).toContainEqual({ kind: 'full', limit: 3 });
        expect(await store.listTokens(id)).toHaveLength(3);
        await deleteDomain(store, id, 1);
        await madeDomain(store, id, 'example.net');
        expect((await createShare(store, id, 2, 'again', 1)).kind).toBe('written');
      });

      test('that share a domain go with it, in one change that tells of both', async () => {
        const { id } = await createAccount(store);
        const domain = await madeDomain(store, id, 'example.org');
        const kept = await madeDomain(store, id, 'example.net');
        await createShare(store, id, domain.id, 'link-1');
        await createShare(store, id, domain.id, 'link-2');
        await createShare(store, id, kept.id, 'link-3');
        store.noteTokenUse(1, NOON);
        await deleteDomain(store, id, domain.id);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await store.findToken('link-1')).toBeUndefined();
          expect((await store.listTokens(id)).map((row) => row.hash)).toEqual(['link-3']);
          expect(await store.deleteToken(id, 1, () => event('token.revoked'))).toBe(false);
          expect((await eventTypes(id)).slice(-3)).toEqual([
            'domain.deleted',
            'token.revoked',
            'token.revoked',
          ]);
        }
        expect(store.lastTokenUse(1)).toBeNull();
      });

      test('share no domain that is gone, or goes at the same moment', async () => {
        const { id } = await createAccount(store);
        const domain = await madeDomain(store, id, 'example.org');
        expect(await createShare(store, id, 99, 'none')).toEqual({ kind: 'gone' });
        const creations = ['a', 'b', 'c', 'd'].map((hash) => createShare(store, id, domain.id, hash));
        const deleted = deleteDomain(store, id, domain.id);
        const late = createShare(store, id, domain.id, 'late');
        const written = (await Promise.all(creations)).filter(({ kind }) => kind === 'written');
        expect(await deleted).toBe(true);
        expect(await late).toEqual({ kind: 'gone' });
        expect(await store.listTokens(id)).toEqual([]);
        const types = await eventTypes(id);
        for (const type of ['token.created', 'token.revoked'])
          expect(types.filter((one) => one === type)).toHaveLength(written.length);
      });

      test('remember when they were last used, and it is forgotten when they are revoked', async () => {
        const { id } = await createAccount(store);
        const token = await createToken(store, id);
        const tokenId = token?.id ?? 0;
        expect(store.lastTokenUse(tokenId)).toBeNull();
        store.noteTokenUse(tokenId, NOON);
        store.noteTokenUse(tokenId, LATER);
        expect(store.lastTokenUse(tokenId)).toBe(LATER);
        await reopen();
        expect(store.lastTokenUse(tokenId)).toBe(LATER);
        await store.deleteToken(id, tokenId, () => event('token.revoked'));
        // A request that was let in before may come to its end now.
        store.noteTokenUse(tokenId, LATER);
        await reopen();
        expect(store.lastTokenUse(tokenId)).toBeNull();
      });
    });

    describe('domains', () => {
      beforeEach(async () => {
        await createAccount(store);
        await createAccount(store);
      });

      test('are made with the next id, and are there after a restart', async () => {
        const change = await createDomain(store, 1, 'example.org');
        expect(change).toEqual({ kind: 'written', row: domainRow(1, 1, 'example.org') });
        await reopen();
        expect(await store.getDomain(1, 1)).toEqual(domainRow(1, 1, 'example.org'));
        expect(await store.getDomain(2, 1)).toBeUndefined();
        expect(await store.getDomain(1, 2)).toBeUndefined();
        const { events } = await store.listEvents(1, ALL);
        expect(events.at(-1)).toEqual({
          id: 2,
          ...domainEvent('domain.created', domainRow(1, 1, 'example.org')),
        });
      });

      test('are held once an account, even by creates at the same moment', async () => {
        const changes = await Promise.all(
          Array.from({ length: 8 }, () => createDomain(store, 1, 'example.org')),
        );
        const kinds = changes.map((change) => change.kind).sort();
        expect(kinds).toEqual([...Array(7).fill('taken'), 'written']);
        const taken = changes.find((change) => change.kind === 'taken');
        expect(taken).toEqual({ kind: 'taken', by: domainRow(1, 1, 'example.org') });
        expect((await createDomain(store, 2, 'example.org')).kind).toBe('written');
        expect(await store.listDomains(1, {})).toHaveLength(1);
        expect(await eventTypes(1)).toEqual(['account.created', 'domain.created']);
      });

      test('are never more than the limit, even by creates at the same moment', async () => {
        const names = Array.from({ length: 8 }, (_, at) => `n${at}.example`);
        const changes = await Promise.all(names.map((name) => createDomain(store, 1, name, 3)));
        const written = changes.filter((change) => change.kind === 'written');
        expect(written).toHaveLength(3);
        expect(changes).toContainEqual({ kind: 'full', limit: 3 });
        expect(await store.listDomains(1, {})).toHaveLength(3);
        await deleteDomain(store, 1, (await store.listDomains(1, {}))[0]?.id ?? 0);
        expect((await createDomain(store, 1, 'again.example', 3)).kind).toBe('written');
      });

      test('that are refused use up no id', async () => {
        await createDomain(store, 1, 'a.example');
        await createDomain(store, 1, 'a.example');
        await createDomain(store, 1, 'b.example', 1);
        await createDomain(store, 99, 'c.example');
        expect((await madeDomain(store, 1, 'd.example')).id).toBe(2);
      });

      test('are not made in an account that is not there', async () => {
        expect(await createDomain(store, 99, 'example.org')).toEqual({ kind: 'gone' });
      });

      test('are not made where the row cannot be built, and nothing else suffers', async () => {
        const failing = store.createDomain(
          1,
          'a.example',
          10,
          () => {
            throw new Error('no key');
          },
          (row) => domainEvent('domain.created', row),
        );
        const other = createDomain(store, 1, 'b.example');
        await expect(failing).rejects.toThrow('no key');
        expect((await other).kind).toBe('written');
        expect((await store.listDomains(1, {})).map((row) => row.domain)).toEqual(['b.example']);
      });

      test('change by the row as it is at the moment', async () => {
        const { id } = await madeDomain(store, 1, 'example.org');
        const remember = (key: string) =>
          store.updateDomain(1, id, (row) => ({
            row: { ...row, previous_keys: [...row.previous_keys, key] },
            events: [],
          }));
        await Promise.all(['a', 'b', 'c'].map(remember));
        await reopen();
        expect((await store.getDomain(1, id))?.previous_keys).toEqual(['a', 'b', 'c']);
        expect(await eventTypes(1)).toEqual(['account.created', 'domain.created']);
      });

      test('stay as they are where nothing is to change', async () => {
        const row = await madeDomain(store, 1, 'example.org');
        expect(await store.updateDomain(1, row.id, () => null)).toEqual({ kind: 'unchanged', row });
        expect(await store.updateDomain(1, 99, () => null)).toEqual({ kind: 'gone' });
        expect(await store.updateDomain(2, row.id, () => null)).toEqual({ kind: 'gone' });
      });

      test('take no name that the account holds already', async () => {
        const held = await madeDomain(store, 1, 'held.example');
        const other = await madeDomain(store, 1, 'other.example');
        expect(await renameDomain(store, 1, other.id, 'held.example')).toEqual({ kind: 'taken', by: held });
        expect((await renameDomain(store, 1, other.id, 'free.example')).kind).toBe('written');
        expect((await createDomain(store, 1, 'other.example')).kind).toBe('written');
        const { events } = await store.listEvents(1, ALL);
        expect(events.find((row) => row.type === 'domain.renamed')?.changes).toEqual({
          domain: ['other.example', 'free.example'],
        });
      });

      test('of two renames to one name at the same moment, one gets it', async () => {
        const one = await madeDomain(store, 1, 'one.example');
        const two = await madeDomain(store, 1, 'two.example');
        const changes = await Promise.all(
          [one, two].map(({ id }) => renameDomain(store, 1, id, 'new.example')),
        );
        expect(changes.map((change) => change.kind).sort()).toEqual(['taken', 'written']);
      });

      test('are deleted once', async () => {
        const { id } = await madeDomain(store, 1, 'example.org');
        await store.writeEvidence(1, id, { seen: true });
        expect(await deleteDomain(store, 2, id)).toBe(false);
        const deletions = await Promise.all([deleteDomain(store, 1, id), deleteDomain(store, 1, id)]);
        expect(deletions.sort()).toEqual([false, true]);
        await reopen();
        expect(await store.getDomain(1, id)).toBeUndefined();
        expect(await store.readEvidence(1, id)).toBeUndefined();
        expect(await eventTypes(1)).toEqual(['account.created', 'domain.created', 'domain.deleted']);
      });

      test('are listed by id, in pages, and filtered', async () => {
        for (const name of ['a.example', 'b.example', 'c.example', 'd.example'])
          await madeDomain(store, 1, name);
        await store.updateDomain(1, 2, (row) => ({
          row: { ...row, dkim: { ...row.dkim, verified: true } },
          events: [],
        }));
        await store.updateDomain(1, 4, (row) => ({
          row: { ...row, return_path: { target: 'x', degraded: false, since: NOON, verified: true } },
          events: [],
        }));
        const ids = async (filter: Parameters<Store['listDomains']>[1]) =>
          (await store.listDomains(1, filter)).map((row) => row.id);
        expect(await ids({})).toEqual([1, 2, 3, 4]);
        expect(await ids({ limit: 2 })).toEqual([1, 2]);
        expect(await ids({ after: 2, limit: 1 })).toEqual([3]);
        expect(await ids({ after: 4 })).toEqual([]);
        expect(await ids({ verified: true })).toEqual([2, 4]);
        expect(await ids({ verified: false })).toEqual([1, 3]);
        expect(await ids({ verified: true, limit: 1, after: 2 })).toEqual([4]);
        expect(await ids({ domain: 'c.example' })).toEqual([3]);
        expect(await ids({ domain: 'C.example' })).toEqual([]);
      });

      test('cannot be changed by who got them', async () => {
        await madeDomain(store, 1, 'example.org');
        await reopen();
        const row = await store.getDomain(1, 1);
        expect(() => Object.assign(row ?? {}, { domain: 'mine.example' })).toThrow(TypeError);
        expect(() => Object.assign(row?.dkim ?? {}, { verified: true })).toThrow(TypeError);
        expect(await store.getDomain(1, 1)).toEqual(domainRow(1, 1, 'example.org'));
      });

      test('of a deleted account are gone, also for a create at the same moment', async () => {
        const created = createDomain(store, 2, 'example.org');
        const deleted = store.deleteAccount(2, () => null);
        const late = createDomain(store, 2, 'late.example');
        expect(await deleted).toBe(true);
        const kinds: DomainChange['kind'][] = ['written', 'gone'];
        expect(kinds).toContain((await created).kind);
        expect(kinds).toContain((await late).kind);
        expect(await store.listDomains(2, {})).toEqual([]);
        await reopen();
        expect((await everythingIn(store)).map(({ account }) => account?.id)).toEqual([1]);
      });
    });

    describe('ids', () => {
      test('are never given twice, over deletes and restarts, and without gaps', async () => {
        await createAccount(store);
        const given: number[] = [];
        for (let round = 0; round < 3; round++) {
          const names = Array.from({ length: 5 }, (_, at) => `r${round}-${at}.example`);
          const rows = await Promise.all(names.map((name) => madeDomain(store, 1, name)));
          given.push(...rows.map((row) => row.id));
          for (const row of rows) await deleteDomain(store, 1, row.id);
          await reopen();
        }
        expect(given).toEqual(Array.from({ length: 15 }, (_, at) => at + 1));
        const token = await createToken(store, 1);
        await store.deleteToken(1, token?.id ?? 0, () => event('token.revoked'));
        await store.deleteAccount(1, () => null);
        await reopen();
        expect((await createAccount(store)).id).toBe(2);
        expect((await createToken(store, 2))?.id).toBe(2);
      });
    });

    describe('events', () => {
      test('rise by one, in the order of the changes, for every account by itself', async () => {
        await createAccount(store);
        await createAccount(store);
        const names = Array.from({ length: 10 }, (_, at) => `n${at}.example`);
        await Promise.all(
          names.flatMap((name) => [1, 2].map((account) => createDomain(store, account, name))),
        );
        for (const restart of [false, true]) {
          if (restart) await reopen();
          for (const account of [1, 2]) {
            const { events, truncated, first } = await store.listEvents(account, ALL);
            expect(events.map((row) => row.id)).toEqual(Array.from({ length: 11 }, (_, at) => at + 1));
            expect({ truncated, first }).toEqual({ truncated: false, first: 1 });
          }
        }
      });

      test('are read in pages, and by domain', async () => {
        await createAccount(store);
        for (const name of ['a.example', 'b.example', 'c.example']) await madeDomain(store, 1, name);
        await renameDomain(store, 1, 2, 'd.example');
        const ids = async (filter: Parameters<Store['listEvents']>[1]) =>
          (await store.listEvents(1, filter)).events.map((row) => row.id);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await ids({ after: 0, limit: 2 })).toEqual([1, 2]);
          expect(await ids({ after: 2, limit: 2 })).toEqual([3, 4]);
          expect(await ids({ after: 4, limit: 2 })).toEqual([5]);
          expect(await ids({ after: 5, limit: 2 })).toEqual([]);
          expect(await ids({ after: 0, limit: 10, domain: 2 })).toEqual([3, 5]);
          expect(await ids({ after: 3, limit: 10, domain: 2 })).toEqual([5]);
          expect(await ids({ after: 0, limit: 1, domain: 2 })).toEqual([3]);
        }
      });

      test('come with the change that they tell of, all or none', async () => {
        await createAccount(store);
        const { id } = await madeDomain(store, 1, 'example.org');
        await store.updateDomain(1, id, (row) => ({
          row: { ...row, dkim: { ...row.dkim, verified: true } },
          events: [domainEvent('domain.verified', row), domainEvent('domain.recovered', row)],
        }));
        await expect(
          store.updateDomain(1, id, () => {
            throw new Error('changed my mind');
          }),
        ).rejects.toThrow('changed my mind');
        expect((await eventTypes(1)).slice(2)).toEqual(['domain.verified', 'domain.recovered']);
      });

      test('are told to who listens, in order, until they stop listening', async () => {
        await createAccount(store);
        await createAccount(store);
        const heard: EventRow[] = [];
        const stop = store.subscribe(1, (row) => heard.push(row));
        const stopOther = store.subscribe(1, () => {
          throw new Error('a listener of its own kind');
        });
        await Promise.all(
          ['a.example', 'b.example', 'c.example'].map((name) => createDomain(store, 1, name)),
        );
        await createDomain(store, 2, 'd.example');
        await createToken(store, 1);
        stop();
        stopOther();
        await createDomain(store, 1, 'e.example');
        const { events } = await store.listEvents(1, { after: 1, limit: 4 });
        expect(heard).toEqual(events);
      });

      test('are durable when they are told', async () => {
        await createAccount(store);
        const listed: Promise<readonly EventRow[]>[] = [];
        const stop = store.subscribe(1, (row) => {
          listed.push(store.listEvents(1, { after: row.id - 1, limit: 1 }).then((page) => page.events));
        });
        await createDomain(store, 1, 'a.example');
        stop();
        expect((await Promise.all(listed)).flat().map((row) => row.id)).toEqual([2]);
      });
    });

    describe('checks', () => {
      beforeEach(async () => {
        await createAccount(store);
      });

      const due = (dkim: string | null, returnPath: string | null = null) => ({
        checked_at: NOON,
        due: { dkim, return_path: returnPath },
      });

      const taken = async (now: string, limit = 10) =>
        (await store.takeDueChecks(now, limit)).map(({ account, id }) => `${account}/${id}`);

      test('are due at once for a new domain, and given once', async () => {
        await madeDomain(store, 1, 'a.example');
        expect(store.countDueChecks(NOON)).toBe(1);
        expect(store.checkTimes(1, 1)).toBeUndefined();
        expect(await taken(NOON)).toEqual(['1/1']);
        expect(await taken(MUCH_LATER)).toEqual([]);
        expect(store.countDueChecks(MUCH_LATER)).toBe(0);
      });

      test('are due again when the earliest of their records is', async () => {
        await madeDomain(store, 1, 'a.example');
        await taken(NOON);
        store.noteCheckTimes(1, 1, due(MUCH_LATER, LATER));
        expect(await taken(NOON)).toEqual([]);
        expect(await taken(LATER)).toEqual(['1/1']);
        store.noteCheckTimes(1, 1, due(null));
        expect(await taken('2099-01-01T00:00:00Z')).toEqual([]);
        expect(store.checkTimes(1, 1)).toEqual(due(null));
        store.noteCheckTimes(1, 1, due(NOON));
        expect(await taken(NOON)).toEqual(['1/1']);
      });

      test('come longest due first, as many as are asked for', async () => {
        for (const name of ['a', 'b', 'c', 'd']) await madeDomain(store, 1, `${name}.example`);
        await taken(NOON);
        const times = [
          '2026-01-31T12:03:00Z',
          '2026-01-31T12:01:00Z',
          '2026-01-31T12:04:00Z',
          '2026-01-31T12:02:00Z',
        ];
        for (const [at, time] of times.entries()) store.noteCheckTimes(1, at + 1, due(time));
        expect(store.countDueChecks('2026-01-31T12:03:00Z')).toBe(3);
        expect(await taken(LATER, 2)).toEqual(['1/2', '1/4']);
        expect(await taken(LATER, 2)).toEqual(['1/1', '1/3']);
      });

      test('of one account hold up no other’s, however many are due: accounts take turns', async () => {
        await createAccount(store);
        await createAccount(store);
        const names = Array.from({ length: 30 }, (_, at) => `n${at}.example`);
        for (const name of names) await madeDomain(store, 1, name);
        const [second, third] = [
          await madeDomain(store, 2, 'b.example'),
          await madeDomain(store, 3, 'c.example'),
        ];
        await taken(NOON, 100);
        for (let id = 1; id <= 30; id++) store.noteCheckTimes(1, id, due(NOON));
        store.noteCheckTimes(2, second.id, due(LATER));
        store.noteCheckTimes(3, third.id, due(LATER));
        expect(await taken(NOON, 3)).toHaveLength(3);
        const next = [...(await taken(LATER, 1)), ...(await taken(LATER, 1)), ...(await taken(LATER, 1))];
        expect(next).toEqual(expect.arrayContaining([`2/${second.id}`, `3/${third.id}`]));
        expect(store.countDueChecks(LATER)).toBe(26);
        expect(await taken(LATER, 100)).toHaveLength(26);
      });

      test('that were planned while the clock was wrong come no later than the longest wait', async () => {
        await madeDomain(store, 1, 'a.example');
        await taken(NOON);
        const wrong = {
          checked_at: '2027-01-31T12:00:00Z',
          due: { dkim: '2027-01-31T18:00:00Z', return_path: null },
        };
        store.noteCheckTimes(1, 1, wrong);
        expect(await taken('2027-01-31T12:00:00Z')).toEqual([]);
        const bounded = { checked_at: NOON, due: { dkim: '2026-02-01T14:24:00Z', return_path: null } };
        await reopen();
        expect(store.checkTimes(1, 1)).toEqual(bounded);
        expect(await taken('2026-02-01T14:24:00Z')).toEqual(['1/1']);
        store.noteCheckTimes(1, 1, wrong);
        expect(await taken('2027-01-31T12:00:00Z')).toEqual([]);
        expect(await taken(NOON)).toEqual([]);
        expect(store.checkTimes(1, 1)).toEqual(bounded);
      });

      test('are held back while the account is suspended', async () => {
        await madeDomain(store, 1, 'a.example');
        const suspend = (suspended: boolean) =>
          store.updateAccount(1, (row) => ({ row: { ...row, suspended }, events: [] }));
        await suspend(true);
        await madeDomain(store, 1, 'b.example');
        expect(await taken(NOON)).toEqual([]);
        expect(store.countDueChecks(NOON)).toBe(0);
        await reopen();
        expect(await taken(NOON)).toEqual([]);
        await suspend(false);
        expect((await taken(NOON)).sort()).toEqual(['1/1', '1/2']);
      });

      test('vanish with their domain', async () => {
        await madeDomain(store, 1, 'a.example');
        await madeDomain(store, 1, 'b.example');
        store.noteCheckTimes(1, 1, due(NOON));
        await deleteDomain(store, 1, 1);
        store.noteCheckTimes(1, 1, due(NOON));
        expect(store.checkTimes(1, 1)).toBeUndefined();
        expect(await taken(NOON)).toEqual(['1/2']);
      });

      test('are remembered over a clean restart; what was taken is given again', async () => {
        await madeDomain(store, 1, 'a.example');
        await madeDomain(store, 1, 'b.example');
        store.noteCheckTimes(1, 1, due(LATER, MUCH_LATER));
        await taken(NOON);
        await reopen();
        expect(store.checkTimes(1, 1)).toEqual(due(LATER, MUCH_LATER));
        expect(store.checkTimes(2, 1)).toBeUndefined();
        expect(await taken(NOON)).toEqual(['1/2']);
        expect(await taken(LATER)).toEqual(['1/1']);
      });
    });

    describe('evidence', () => {
      test('is replaced as a whole, and there after a restart', async () => {
        await createAccount(store);
        await madeDomain(store, 1, 'a.example');
        expect(await store.readEvidence(1, 1)).toBeUndefined();
        await Promise.all([1, 2, 3].map((look) => store.writeEvidence(1, 1, { look, of: ['ü', null] })));
        await reopen();
        expect(await store.readEvidence(1, 1)).toEqual({ look: 3, of: ['ü', null] });
        expect(await store.readEvidence(2, 1)).toBeUndefined();
      });

      test('is not kept for a domain that is not there', async () => {
        await createAccount(store);
        await store.writeEvidence(1, 1, { look: 1 });
        await store.writeEvidence(9, 1, { look: 1 });
        await madeDomain(store, 1, 'a.example');
        expect(await store.readEvidence(1, 1)).toBeUndefined();
      });
    });

    test('says that it is ready, and after its end that it is not', async () => {
      await store.ready();
      await store.close();
      await store.close();
      const refusals: Partial<LetterheadError> = { code: 'unavailable' };
      await expect(store.ready()).rejects.toMatchObject(refusals);
      await expect(createAccount(store)).rejects.toMatchObject(refusals);
      await expect(store.getDomain(1, 1)).rejects.toMatchObject(refusals);
    });

    test('finishes what is under way before it ends', async () => {
      await createAccount(store);
      const created = createDomain(store, 1, 'a.example');
      await reopen();
      expect((await created).kind).toBe('written');
      expect(await store.listDomains(1, {})).toHaveLength(1);
    });
  });
}
