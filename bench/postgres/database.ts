import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { databaseUrl, startPostgres } from '../../test/postgres/postgres-server.ts';
import { dataFolderIn, startLetterhead } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';

/** What an operator of many domains sets; the rest is as PostgreSQL comes, and every commit is synced. */
const SETTINGS = ['shared_buffers=2GB', 'max_wal_size=8GB', 'checkpoint_timeout=30min'];

const SECRET_KEY = randomBytes(32).toString('base64');

/** A PostgreSQL server on this machine, from the npm package. */
export interface Database extends AsyncDisposable {
  /** `name`: a database of it; by default, the one that is always there. */
  url(name?: string): string;
  /** Runs SQL, past any server. */
  query<Row extends object>(name: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export async function startDatabase(): Promise<Database> {
  const server = await startPostgres({ onDisk: SETTINGS });
  const url = (name?: string) => databaseUrl(server.port, name);
  return {
    url,
    async query(name, text, values = []) {
      const client = new pg.Client({ connectionString: url(name) });
      await client.connect();
      try {
        return (await client.query(text, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** One listens for events; with four for queries, two cores do the most. */
const CONNECTIONS = '5';

/** Starts the real server over a database; the folder gets its log only. */
export function startOver(
  url: string,
  folder: { readonly path: string },
  settings: Readonly<Record<string, string>> = {},
): Promise<MeasuredProcess> {
  return startLetterhead(dataFolderIn(folder), {
    environment: { DATABASE_URL: url, DATABASE_POOL: CONNECTIONS, SECRET_KEY, ...settings },
  });
}
