import { isDeepStrictEqual } from 'node:util';
import { LetterheadError } from '@letterhead/shared';
import type { CopyableStore, ImportedAccount, ImportedCursor } from './import.ts';
import type { AccountRow } from './interface/accounts.ts';
import type { CursorState } from './interface/cursors.ts';
import type { EventRow } from './interface/events.ts';
import type { Store } from './store.ts';

/** What was copied. */
export interface CopyReport {
  readonly accounts: number;
  readonly domains: number;
  readonly events: number;
}

const EVENTS_A_PAGE = 1000;
/** Of a cursor that was never claimed. */
const BEGINNING: CursorState = { position: 0, failures: 0, due: null, slow: null, wake: null, memo: null };

/**
 * Copies a store into an empty one, and compares every row afterwards. Repeated after an interruption, it goes on.
 * Throws `unavailable` if the other store is not empty, or if a row differs.
 */
export async function copyStore(
  from: CopyableStore,
  to: CopyableStore,
  onAccount: (verb: 'Copied' | 'Compared', done: number, total: number) => void,
): Promise<CopyReport> {
  await to.import.begin();
  const accounts = await from.accounts.list();
  for (const [at, account] of accounts.entries()) {
    if (!(await to.import.has(account.id))) await to.import.add(await readAccount(from, account));
    onAccount('Copied', at + 1, accounts.length);
  }
  await to.import.publish({
    nextIds: await from.nextIds(),
    secretKeyCheck: await from.settings.get('secret_key_check'),
    retiredLabels: await from.keyZone.retired(),
  });
  const report = await compare(from, to, (done, total) => onAccount('Compared', done, total));
  await to.import.end();
  return report;
}

async function compare(
  from: CopyableStore,
  to: CopyableStore,
  onAccount: (done: number, total: number) => void,
): Promise<CopyReport> {
  const accounts = await from.accounts.list();
  const report = { accounts: accounts.length, domains: 0, events: 0 };
  const isSame =
    isDeepStrictEqual(await to.accounts.list(), accounts) &&
    isDeepStrictEqual(await to.keyZone.retired(), await from.keyZone.retired()) &&
    isDeepStrictEqual(await to.nextIds(), await from.nextIds());
  if (!isSame) throw differs(null);
  for (const [at, account] of accounts.entries()) {
    const source = await readAccount(from, account);
    if (!isDeepStrictEqual(await readAccount(to, account), source)) throw differs(account);
    report.domains += source.domains.length;
    report.events += source.events.length;
    onAccount(at + 1, accounts.length);
  }
  return report;
}

async function readAccount(store: Store, account: AccountRow): Promise<ImportedAccount> {
  const { id } = account;
  const domains: ImportedAccount['domains'][number][] = [];
  const tokens = [...(await store.tokens.list(id, { domain: null }))];
  for (const row of await store.domains.list(id, {})) {
    domains.push({ row, evidence: await store.checks.evidence(id, row.id) });
    tokens.push(...(await store.tokens.list(id, { domain: row.id })));
  }
  const logo = await store.accounts.logo(id);
  const webhooks = await store.webhooks.list(id);
  const cursors = [await readCursor(store, id, { kind: 'notice', id: 0, after: 0 })];
  for (const row of webhooks) cursors.push(await readCursor(store, id, { kind: 'webhook', ...row }));
  return { account, logo, domains, webhooks, cursors, tokens, ...(await readEvents(store, id)) };
}

/** `after`: where it begins. */
async function readCursor(
  store: Store,
  account: number,
  { kind, id, after }: Pick<ImportedCursor, 'kind' | 'id'> & { readonly after: number },
): Promise<ImportedCursor> {
  const state = (await store.cursors.state(kind, account, id)) ?? BEGINNING;
  return { kind, id, ...state, position: Math.max(state.position, after) };
}

async function readEvents(
  store: Store,
  account: number,
): Promise<Pick<ImportedAccount, 'events' | 'firstEvent' | 'lastEvent'>> {
  const events: EventRow[] = [];
  for (;;) {
    const after = events.at(-1)?.id ?? 0;
    const page = await store.events.list(account, { after, limit: EVENTS_A_PAGE });
    events.push(...page.events);
    if (page.events.length < EVENTS_A_PAGE)
      return { events, firstEvent: page.first ?? 1, lastEvent: page.last };
  }
}

function differs(account: AccountRow | null): LetterheadError {
  const what = account === null ? 'The list of accounts' : `Account ${account.id}`;
  return new LetterheadError(
    'unavailable',
    `${what} differs between the two stores. Stop all servers, empty the second store, and copy again.`,
  );
}
