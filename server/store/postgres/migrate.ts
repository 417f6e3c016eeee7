import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { DATABASE_LIMITS } from '../../limits.ts';
import { unusable } from './errors.ts';

const FOLDER = new URL('migrations/', import.meta.url);
/** An arbitrary number for the advisory lock. */
const LOCK = 5318008052;

/**
 * Waits for a server that migrates already, and then for locks on tables no longer than any other statement: whatever
 * else needs the table waits behind it.
 */
const BEGIN = [
  'BEGIN',
  `SET LOCAL statement_timeout = ${DATABASE_LIMITS.migration}`,
  `SET LOCAL lock_timeout = ${DATABASE_LIMITS.migration}`,
  `SELECT pg_advisory_xact_lock(${LOCK})`,
  `SET LOCAL lock_timeout = ${DATABASE_LIMITS.deadline}`,
].join(';');

const STATE = `SELECT to_regclass('letterhead_migrations') IS NOT NULL AS ours,
  current_setting('server_encoding') AS encoding,
  (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()) AS tables`;

const MIGRATIONS = `CREATE TABLE IF NOT EXISTS letterhead_migrations
  (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`;

const SETTLED = `SELECT at < now() - interval '1 day' OR at < first + interval '10 seconds' AS settled
  FROM letterhead_migrations, (SELECT min(at) AS first FROM letterhead_migrations) AS oldest WHERE version = $1`;

/**
 * Applies the migrations that the database lacks, each in its own transaction; of servers that start at the same time,
 * one does. Returns the files that were applied. Throws `unavailable` if the database is of a later version or belongs
 * to another product.
 */
export async function migrate(client: pg.PoolClient): Promise<readonly string[]> {
  const files = (await readdir(FOLDER)).sort();
  const applied: string[] = [];
  for (;;) {
    try {
      await client.query(patient(BEGIN));
      const version = await versionOf(client);
      if (version > files.length)
        throw unusable(
          `its schema has version ${version}, and this Letterhead supports ${files.length}. Start a newer Letterhead`,
        );
      const next = files[version];
      if (next !== undefined) await apply(client, version + 1, next);
      await client.query('COMMIT');
      if (next === undefined) return applied;
      applied.push(next);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  }
}

/**
 * Whether a migration is a day old, or as old as the database. Until then, servers of the release before may run beside
 * this one, and nothing is written that they cannot read.
 */
export async function isSettled(client: pg.PoolClient, version: number): Promise<boolean> {
  const { rows } = await client.query<{ settled: boolean }>(SETTLED, [version]);
  return rows.some(({ settled }) => settled);
}

/** 0 for an empty database. */
async function versionOf(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ ours: boolean; tables: number; encoding: string }>(STATE);
  const [state] = rows;
  if (state?.encoding !== 'UTF8')
    throw unusable(`its encoding is ${state?.encoding}. Create one with ENCODING UTF8`);
  if (state.ours) {
    const versions = await client.query<{ version: number }>(
      'SELECT coalesce(max(version), 0) AS version FROM letterhead_migrations',
    );
    return versions.rows[0]?.version ?? 0;
  }
  if (state.tables > 0)
    throw unusable('it contains tables of another product. Give Letterhead a database of its own');
  return 0;
}

async function apply(client: pg.PoolClient, version: number, file: string): Promise<void> {
  await client.query(MIGRATIONS);
  await client.query(patient(await readFile(new URL(file, FOLDER), 'utf8')));
  await client.query('INSERT INTO letterhead_migrations (version) VALUES ($1)', [version]);
}

/** A large table takes longer than any call may. */
function patient(text: string): pg.QueryConfig & { readonly query_timeout: number } {
  return { text, query_timeout: DATABASE_LIMITS.migration };
}
