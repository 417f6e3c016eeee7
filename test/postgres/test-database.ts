import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { databaseUrl } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where PostgreSQL listens, for all test files of a run. */
    postgresPort: number;
  }
}

/** An empty database of its own, gone afterwards. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Runs SQL on it, past the store. */
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
}

export async function createDatabase(port: number = inject('postgresPort')): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(databaseUrl(port), `CREATE DATABASE ${name}`);
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
