import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { databaseUrl } from './postgres-server.ts';
import { silentObserver } from './silent-observer.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where PostgreSQL listens, for all test files of a run. */
    postgresPort: number;
  }
}

/** A database of its own, gone afterwards. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Runs SQL on it, past the store. */
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** With the schema of this version, and nothing in it. */
export async function createDatabase(): Promise<TestDatabase> {
  migrated ??= makeMigrated();
  return createCopy(await migrated);
}

/** Without a schema. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createCopy('template1');
}

let migrated: Promise<string> | null = null;

/**
 * Migrates a database, unless another test file has: a copy of it takes a fraction of the time. Resolves to its name.
 */
async function makeMigrated(): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl(inject('postgresPort')) });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(1)');
    const { rowCount } = await client.query(`SELECT FROM pg_database WHERE datname = 'migrated'`);
    if (rowCount === 0) {
      await client.query('CREATE DATABASE migrated');
      const urls = [databaseUrl(inject('postgresPort'), 'migrated')];
      const options = { urls, connections: 3, log: silentLog, observer: silentObserver };
      await (await openPostgresStore(options)).close();
    }
    return 'migrated';
  } finally {
    await client.end();
  }
}

async function createCopy(template: string): Promise<TestDatabase> {
  const port = inject('postgresPort');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(databaseUrl(port), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = databaseUrl(port, name);
  return {
    url,
    query: (text, values) => query(url, text, values),
    async [Symbol.asyncDispose]() {
      await query(databaseUrl(port), `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function query<Row extends object>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
