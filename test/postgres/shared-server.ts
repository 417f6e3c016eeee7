import type { TestProject } from 'vitest/node';
import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { databaseUrl, startPostgres } from './postgres-server.ts';
import { silentObserver } from './silent-observer.ts';
import { MIGRATED, query } from './test-database.ts';

/** Vitest calls this before the first test, and what it returns after the last one. */
export default async function startOnce({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  await query(databaseUrl(server.port), `CREATE DATABASE ${MIGRATED}`);
  const urls = [databaseUrl(server.port, MIGRATED)];
  const store = await openPostgresStore({ urls, connections: 3, log: silentLog, observer: silentObserver });
  await store.close();
  provide('postgresPort', server.port);
  return async () => server[Symbol.asyncDispose]();
}
