import { LetterheadError } from '@letterhead/shared';
import type pg from 'pg';
import type { StoreImport } from '../import.ts';
import { eventRecord } from './commits.ts';
import type { Database } from './database.ts';
import { timesValues } from './domains.ts';
import { domainColumns } from './rows.ts';
import { type Query, sql, sqlForRows, type Values } from './sql.ts';

interface ImportState {
  /** Whether there is anything. */
  readonly used: boolean;
  readonly unfinished: boolean;
}

const AT_ONCE = 500;

/**
 * Fills an empty database. Each account is imported in one transaction, so that an import that was interrupted can go
 * on. The store does not open before the import has ended. `keysAsBytes`: see `domainColumns`.
 */
export function importInto(database: Database, keysAsBytes: boolean): StoreImport {
  return {
    async begin() {
      const { used, unfinished } = await database.one<ImportState>(sql('import_state'));
      if (used && !unfinished)
        throw new LetterheadError(
          'unavailable',
          'The database of DATABASE_URL is not empty. Create an empty one to copy into.',
        );
      await database.read(sql('begin_import'));
    },

    async add({ account: row, logo = null, firstEvent, lastEvent, ...owned }) {
      const { id: account, suspended } = row;
      const content = JSON.stringify(row);
      const domains = owned.domains.map(({ row, evidence }) => ({
        id: row.id,
        ...domainColumns(row, keysAsBytes),
        evidence: evidence === undefined ? null : JSON.stringify(evidence),
        ...timesValues(row.checks),
      }));
      const tokens = owned.tokens.map(({ last_used_at, ...token }) => ({
        ...token,
        content: JSON.stringify(token),
        last_used_at,
      }));
      const webhooks = owned.webhooks.map((webhook) => ({ ...webhook, content: JSON.stringify(webhook) }));
      const cursors = owned.cursors.map((cursor) => ({ ...cursor, memo: JSON.stringify(cursor.memo) }));
      const events = owned.events.map((event) => ({ id: event.id, ...eventRecord(event) }));
      const counts = { domain_count: domains.length, token_count: tokens.length };
      const log = { last_event: lastEvent, first_event: firstEvent };
      await database.transaction([
        sql('import_account', { id: account, content, suspended, logo, ...counts, ...log }),
        ...inserts('import_domains', domains, { account, suspended }),
        ...inserts('import_webhooks', webhooks, { account }),
        ...inserts('import_cursors', cursors, { account }),
        ...inserts('import_tokens', tokens, { account }),
        ...inserts('import_events', events, { account }),
      ]);
    },

    has: async (id) => (await database.read(sql('get_accounts', { id: [id] }))).length > 0,

    async publish({ nextIds, secretKeyCheck, retiredLabels }) {
      const labels = retiredLabels.map((row) => ({ ...row, content: JSON.stringify(row) }));
      await database.transaction([
        sql('import_installation', { ...nextIds, secret_key_check: secretKeyCheck }),
        ...inserts('import_retired_labels', labels),
      ]);
    },

    async end() {
      await database.read(sql('end_import'));
    },
  };
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

/** Statements that insert the rows, some at a time. */
function inserts(name: string, rows: readonly Values[], values: Values = {}): Query[] {
  const queries = [];
  for (let at = 0; at < rows.length; at += AT_ONCE)
    queries.push(sqlForRows(name, rows.slice(at, at + AT_ONCE), values));
  return queries;
}
