import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.ts';

/** Vitest calls this before the first test, and what it returns after the last one. */
export default async function startOnce({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  provide('postgresPort', server.port);
  return async () => server[Symbol.asyncDispose]();
}
