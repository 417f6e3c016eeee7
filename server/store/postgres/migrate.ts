import { readdir, readFile } from 'node:fs/promises';
import { LetterheadError } from '@letterhead/shared';
import type pg from 'pg';

const FOLDER = new URL('migrations/', import.meta.url);
/** Any number that no other product uses for its locks. */
const LOCK = 5318008052;

interface Migration {
  readonly version: number;
  readonly file: string;
}

/**
 * Brings the database to this version's schema, each migration in a transaction of its own. Of several servers that
 * start at once, one does it, and the others wait. Resolves to the files that were applied.
 * @throws LetterheadError `unavailable` where the database is of a later version, or another product's.
 */
export async function migrate(client: pg.PoolClient): Promise<readonly string[]> {
  const known = await migrations();
  const applied: string[] = [];
  for (;;) {
    await client.query('BEGIN');
    try {
      await client.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
      const version = await versionOf(client);
      const last = known.at(-1)?.version ?? 0;
      if (version > last) throw laterVersion(version, last);
      const next = known.find((migration) => migration.version === version + 1);
      if (next !== undefined) await apply(client, next);
      await client.query('COMMIT');
      if (next === undefined) return applied;
      applied.push(next.file);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  }
}

async function migrations(): Promise<Migration[]> {
  const files = (await readdir(FOLDER)).sort();
  return files.map((file) => ({ version: Number(file.slice(0, 4)), file }));
}

/** 0: there is nothing yet. */
async function versionOf(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ ours: boolean; others: number; encoding: string }>(
    `SELECT to_regclass('letterhead_migrations') IS NOT NULL AS ours, current_setting('server_encoding') AS encoding,
      (SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()) AS others`,
  );
  const [found] = rows;
  if (found?.encoding !== 'UTF8')
    throw unusable(`its encoding is ${found?.encoding}. Make one with ENCODING UTF8`);
  if (found.ours) {
    const made = await client.query<{ version: number }>(
      'SELECT max(version) AS version FROM letterhead_migrations',
    );
    return made.rows[0]?.version ?? 0;
  }
  if (found.others > 0)
    throw unusable('it holds the tables of another product. Give Letterhead a database of its own');
  return 0;
}

async function apply(client: pg.PoolClient, { version, file }: Migration): Promise<void> {
  await client.query(
    'CREATE TABLE IF NOT EXISTS letterhead_migrations (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())',
  );
  await client.query(await readFile(new URL(file, FOLDER), 'utf8'));
  await client.query('INSERT INTO letterhead_migrations (version) VALUES ($1)', [version]);
}

function laterVersion(version: number, last: number): LetterheadError {
  return unusable(
    `its schema is version ${version}, and this Letterhead knows ${last} at most. Start the newer Letterhead again`,
  );
}

function unusable(why: string): LetterheadError {
  return new LetterheadError('unavailable', `The database of DATABASE_URL cannot be used: ${why}.`);
}
