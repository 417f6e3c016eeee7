import { LetterheadError } from '@letterhead/shared';
import type { ImportedAccount, ImportedInstallation, StoreImport } from '../import.ts';
import type { TokenRow } from '../store.ts';
import type { Database } from './database.ts';
import { nextCheck, toJson } from './domains.ts';
import { eventColumns, sql } from './sql.ts';

/** Rows that one statement imports. */
const AT_ONCE = 500;

/**
 * Fills an empty database. Each account is imported in one transaction, so that an import that was interrupted can go
 * on. The store does not open before the import has ended.
 */
export class Import implements StoreImport {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether an import has begun and not ended. */
  async isUnfinished(): Promise<boolean> {
    return (await this.#state()).unfinished;
  }

  /** Throws `unavailable` if the database has any other content than that of an unfinished import. */
  async begin(): Promise<void> {
    const { accounts, settings, unfinished } = await this.#state();
    if (!unfinished && accounts + settings > 0)
      throw new LetterheadError(
        'unavailable',
        'The database of DATABASE_URL is not empty. Create an empty one to copy into.',
      );
    await this.#database.read(sql('begin_import'));
  }

  async add({
    account,
    logo,
    domains,
    tokens,
    events,
    firstEvent,
    lastEvent,
  }: ImportedAccount): Promise<void> {
    const { id, suspended } = account;
    const counts = [domains.length, tokens.length, lastEvent, firstEvent];
    await this.#database.transaction([
      sql('import_account', id, JSON.stringify(account), suspended, ...counts, logo),
      ...pagesOf(domains).map((page) => sql('import_domains', id, suspended, ...domainColumns(page))),
      ...pagesOf(tokens).map((page) => sql('import_tokens', id, ...tokenColumns(page))),
      ...pagesOf(events).map((page) =>
        sql(
          'import_events',
          id,
          page.map((event) => event.id),
          ...eventColumns(page),
        ),
      ),
    ]);
  }

  async has(account: number): Promise<boolean> {
    return (await this.#database.read(sql('get_accounts', [account]))).length > 0;
  }

  async publish({
    nextIds: { account, token, domain },
    secretKeyCheck,
  }: ImportedInstallation): Promise<void> {
    await this.#database.read(sql('import_installation', account, token, domain, secretKeyCheck));
  }

  async end(): Promise<void> {
    await this.#database.read(sql('end_import'));
  }

  async #state(): Promise<{ accounts: number; settings: number; unfinished: boolean }> {
    const [state] = await this.#database.read<{ accounts: number; settings: number; unfinished: boolean }>(
      sql('import_state'),
    );
    return state ?? { accounts: 0, settings: 0, unfinished: false };
  }
}

function pagesOf<Row>(rows: readonly Row[]): (readonly Row[])[] {
  const pages = [];
  for (let at = 0; at < rows.length; at += AT_ONCE) pages.push(rows.slice(at, at + AT_ONCE));
  return pages;
}

function domainColumns(domains: ImportedAccount['domains']): unknown[] {
  return [
    domains.map(({ row }) => row.id),
    domains.map(({ row: { checks: _, ...content } }) => JSON.stringify(content)),
    domains.map(({ row }) => toJson(row.checks)),
    domains.map(({ row }) => nextCheck(row.checks)),
    domains.map(({ evidence }) => (evidence === undefined ? null : JSON.stringify(evidence))),
  ];
}

function tokenColumns(tokens: readonly TokenRow[]): unknown[] {
  return [
    tokens.map(({ id }) => id),
    tokens.map(({ last_used_at: _, ...content }) => JSON.stringify(content)),
    tokens.map(({ domain_id }) => domain_id),
    tokens.map(({ hash }) => hash),
    tokens.map(({ last_used_at }) => last_used_at),
  ];
}
