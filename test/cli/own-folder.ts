import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Environment } from './letterhead-process.ts';

/** Gives each test of a file an empty folder of its own, and an environment whose data folder is to be in it. */
export function useOwnFolder(): { folder: string; environment: Environment } {
  const own: { folder: string; environment: Environment } = { folder: '', environment: {} };
  beforeEach(() => {
    own.folder = mkdtempSync(join(tmpdir(), 'letterhead-cli-'));
    own.environment = { DATA_DIR: join(own.folder, 'data'), DNS_SERVERS: '127.0.0.1:9' };
  });
  afterEach(() => rmSync(own.folder, { recursive: true, force: true }));
  return own;
}
