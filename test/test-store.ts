import { randomBytes } from 'node:crypto';
import { createDatabase } from './postgres/test-database.ts';

/** Where a server under test keeps its data beside its folder. */
export interface TestStore extends AsyncDisposable {
  /** The settings that make a server use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** All that is in it, as text; nothing where everything is in the folder. */
  dump(): Promise<string>;
}

const FILES: TestStore = {
  environment: {},
  dump: async () => '',
  async [Symbol.asyncDispose]() {},
};

/** Files, or an empty PostgreSQL database where the run is of the project `postgres` (vitest.config.ts). */
export async function createTestStore(): Promise<TestStore> {
  if (process.env['TEST_STORE'] !== 'postgres') return FILES;
  const database = await createDatabase();
  return {
    environment: { DATABASE_URL: database.url, SECRET_KEY: randomBytes(32).toString('base64') },
    async dump() {
      const tables = await database.query<{ name: string }>(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
      );
      const texts = tables.map(({ name }) =>
        database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`),
      );
      return (await Promise.all(texts))
        .flat()
        .map(({ row }) => row)
        .join('\n');
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
