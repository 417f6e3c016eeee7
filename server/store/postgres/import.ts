import { LetterheadError } from '@letterhead/shared';
import type pg from 'pg';
import type { ImportedAccount, ImportedInstallation, StoreImport } from '../import.ts';
import type { Database } from './database.ts';
import { nextCheck, toJson } from './domains.ts';
import { columns, eventColumns, type Query, sql } from './sql.ts';

interface ImportState {
  /** Whether there is anything. */
  readonly used: boolean;
  readonly unfinished: boolean;
}

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

  /** Throws `unavailable` if the database has any other content than that of an unfinished import. */
  async begin(): Promise<void> {
    const { used, unfinished } = await this.#database.one<ImportState>(sql('import_state'));
    if (used && !unfinished)
      throw new LetterheadError(
        'unavailable',
        'The database of DATABASE_URL is not empty. Create an empty one to copy into.',
      );
    await this.#database.read(sql('begin_import'));
  }

  async add(imported: ImportedAccount): Promise<void> {
    const { account, logo, events, firstEvent, lastEvent } = imported;
    const { id, suspended } = account;
    const domains = imported.domains.map(({ row: { checks, ...content }, evidence }) => ({
      id: content.id,
      content: JSON.stringify(content),
      times: toJson(checks),
      next: nextCheck(checks),
      evidence: evidence === undefined ? null : JSON.stringify(evidence),
    }));
    const tokens = imported.tokens.map(({ last_used_at, ...content }) => {
      const { id: token, domain_id, hash } = content;
      return { id: token, content: JSON.stringify(content), domain_id, hash, last_used_at };
    });
    const webhooks = imported.webhooks.map((row) => ({
      id: row.id,
      content: JSON.stringify(row),
      after: row.after,
    }));
    const counts = [domains.length, tokens.length, lastEvent, firstEvent];
    const { noticed } = imported;
    await this.#database.transaction([
      sql('import_account', id, JSON.stringify(account), suspended, ...counts, logo, noticed),
      ...inserts('import_domains', [id, suspended], domains, (page) =>
        columns(page, 'id', 'content', 'times', 'next', 'evidence'),
      ),
      ...inserts('import_webhooks', [id], webhooks, (page) => columns(page, 'id', 'content', 'after')),
      ...inserts('import_tokens', [id], tokens, (page) =>
        columns(page, 'id', 'content', 'domain_id', 'hash', 'last_used_at'),
      ),
      ...inserts('import_events', [id], events, (page) => [...columns(page, 'id'), ...eventColumns(page)]),
    ]);
  }

  async has(account: number): Promise<boolean> {
    return (await this.#database.read(sql('get_accounts', [account]))).length > 0;
  }

  async publish({
    nextIds: { account, token, domain },
    secretKeyCheck,
    retiredLabels,
  }: ImportedInstallation): Promise<void> {
    await this.#database.transaction([
      sql('import_installation', account, token, domain, secretKeyCheck),
      ...inserts('import_retired_labels', [], retiredLabels, (page) => {
        const rows = page.map((row) => ({
          label: row.label,
          content: JSON.stringify(row),
          at: row.retired_at,
        }));
        return columns(rows, 'label', 'content', 'at');
      }),
    ]);
  }

  async end(): Promise<void> {
    await this.#database.read(sql('end_import'));
  }
}

/** Whether an import has begun and not ended. */
export async function isImportUnfinished(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<ImportState>(sql('import_state').text);
  return rows.some(({ unfinished }) => unfinished);
}

export function importUnfinished(): LetterheadError {
  const message =
    'The copy into the database of DATABASE_URL has not finished. Repeat `letterhead store copy`.';
  return new LetterheadError('unavailable', message);
}

/** Statements that insert the rows, some at a time. `values` come before their columns. */
function inserts<Row>(
  name: string,
  values: readonly unknown[],
  rows: readonly Row[],
  columnsOf: (page: readonly Row[]) => unknown[],
): Query[] {
  const queries = [];
  for (let at = 0; at < rows.length; at += AT_ONCE)
    queries.push(sql(name, ...values, ...columnsOf(rows.slice(at, at + AT_ONCE))));
  return queries;
}
