import { isDeepStrictEqual } from 'node:util';
import { LetterheadError } from '@letterhead/shared';
import type { JsonStore } from './json/json-store.ts';
import type { Import, ImportedAccount } from './postgres/import.ts';
import type { AccountRow, DomainRow, EventRow, Store } from './store.ts';

/** What was copied. */
export interface CopyReport {
  readonly accounts: number;
  readonly domains: number;
  readonly events: number;
}

const EVENTS_A_PAGE = 1000;

/**
 * Copies a data folder into an empty database, and compares every row afterwards. An interrupted copy goes on with the
 * first account that is missing. Throws `unavailable` if the database is not empty or a row differs.
 */
export async function copyStore(
  from: JsonStore,
  to: { readonly store: Store; readonly import: Import },
  onAccount: (done: number, total: number) => void,
): Promise<CopyReport> {
  await to.import.begin();
  const accounts = await from.accounts.list();
  const report = { accounts: accounts.length, domains: 0, events: 0 };
  for (const [at, account] of accounts.entries()) {
    const source = await readAccount(from, account);
    if ((await to.store.accounts.get(account.id)) === undefined) await to.import.add(source);
    if (!isDeepStrictEqual(await readAccount(to.store, account), source)) throw differs(account);
    report.domains += source.domains.length;
    report.events += source.events.length;
    onAccount(at + 1, accounts.length);
  }
  if (!isDeepStrictEqual(await to.store.accounts.list(), accounts)) throw differs(null);
  const { account, token, domain } = from.nextIds;
  await to.import.end([account, token, domain], await from.settings.get('secret_key_check'));
  return report;
}

async function readAccount(store: Store, account: AccountRow): Promise<ImportedAccount> {
  const { id } = account;
  const rows = await store.domains.list(id, {});
  const domains: { row: DomainRow; evidence: ImportedAccount['domains'][number]['evidence'] }[] = [];
  const tokens = [...(await store.tokens.list(id, { domain: null }))];
  for (const row of rows) {
    domains.push({ row, evidence: await store.checks.evidence(id, row.id) });
    tokens.push(...(await store.tokens.list(id, { domain: row.id })));
  }
  return { account, domains, tokens, ...(await readEvents(store, id)) };
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
    `${what} is not the same in the database as in the data folder. Create an empty database, and copy again.`,
  );
}
