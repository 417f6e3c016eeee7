import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataFolderIn } from '../letterhead-server.ts';
import type { FolderSize } from './grow-folder.ts';
import { growFolder } from './grow-folder.ts';

/** The first account is made by the first start, and stays empty. */
export const FIRST_FILLED_ACCOUNT = 2;

const DOMAINS_PER_ACCOUNT = 10;

/** So many domains, ten an account. */
export function ofDomains(domains: number): FolderSize {
  return { accounts: domains / DOMAINS_PER_ACCOUNT, domainsPerAccount: DOMAINS_PER_ACCOUNT };
}

/** One account that is full. */
export const ONE_LARGE_ACCOUNT: FolderSize = { accounts: 1, domainsPerAccount: 1000 };

const grown = new Map<string, Promise<string>>();

/** Copies a data folder of that size to `folder`, which `dataFolderIn` then finds; it is grown once in a run. */
export async function copyGrownFolder(size: FolderSize, folder: { readonly path: string }): Promise<void> {
  await cp(join(await grow(size), 'data'), dataFolderIn(folder), { recursive: true });
  await settle();
}

/** The same for the file that holds the same in one; its path. */
export async function copyDatabase(size: FolderSize, folder: { readonly path: string }): Promise<string> {
  const copy = join(folder.path, 'database.json');
  await cp(join(await grow(size), 'database.json'), copy);
  await settle();
  return copy;
}

function grow(size: FolderSize): Promise<string> {
  const name = `${size.accounts}-${size.domainsPerAccount}`;
  const path = grown.get(name) ?? growInTemporaryFolder(size);
  grown.set(name, path);
  return path;
}

async function growInTemporaryFolder(size: FolderSize): Promise<string> {
  const path = mkdtempSync(join(tmpdir(), 'letterhead-bench-grown-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  await growFolder(dataFolderIn({ path }), join(path, 'database.json'), size);
  return path;
}

/** Brings everything to the disk, lest a sync that is measured pays for what was prepared. */
export async function settle(): Promise<void> {
  await promisify(execFile)('sync');
}
