import type { AccountRow } from '../store.ts';
import { Account, type AccountSurroundings, accountFileName, accountJsonFile } from './account.ts';
import type { AccountRegistry } from './account-registry.ts';
import type { Folder } from './folder.ts';
import type { AccountFile } from './formats.ts';
import type { Installation } from './installation.ts';
import { DamagedFileError } from './json-file.ts';
import type { StoreLog } from './store-log.ts';

/** How many files are read side by side: enough to keep the four threads busy that Node has for that. */
const READ_AT_ONCE = 8;

/** Reads the file of every account. One that cannot be used costs its own account, and the log says what is wrong. */
export async function loadAccounts(
  rows: readonly AccountRow[],
  registry: AccountRegistry,
  surroundings: AccountSurroundings,
): Promise<void> {
  const left = rows.values();
  const readers = Array.from({ length: READ_AT_ONCE }, async () => {
    for (const { id } of left) await loadAccount(id, registry, surroundings);
  });
  await Promise.all(readers);
}

async function loadAccount(
  id: number,
  registry: AccountRegistry,
  surroundings: AccountSurroundings,
): Promise<void> {
  try {
    const state = await readAccount(surroundings.accounts, id);
    registry.loaded.set(id, new Account(state, surroundings));
    registry.highestSequence = Math.max(registry.highestSequence, state.installation_sequence);
  } catch (error) {
    registry.damaged.add(id);
    const details = { account: id, file: `accounts/${id}.json`, err: error };
    surroundings.log.error(
      details,
      'the account cannot be served; put its file back from a backup and restart',
    );
  }
}

/** @throws DamagedFileError, and the system's errors. */
export async function readAccount(accounts: Folder, id: number): Promise<AccountFile> {
  const file = accountJsonFile(accounts, id);
  const state = await file.read();
  if (state === null) throw new DamagedFileError(`${file.label} is missing`);
  if (state.account === id) return state;
  throw new DamagedFileError(`${file.label} is damaged (it is the file of account ${state.account})`);
}

/**
 * Removes the files of accounts that were being created when the process ended. One that holds domains is nobody's
 * to remove: the log names it.
 */
export async function clearOrphans(
  accounts: Folder,
  installation: Installation,
  log: StoreLog,
): Promise<void> {
  const listed = new Set([
    ...installation.accounts.map((row) => accountFileName(row.id)),
    ...installation.removing.map(accountFileName),
  ]);
  for (const name of await accounts.names()) {
    if (!/^[1-9]\d*\.json$/.test(name) || listed.has(name)) continue;
    if (await isEmptyAccount(accounts, Number.parseInt(name, 10))) await accounts.remove(name);
    else
      log.warn(
        { file: `accounts/${name}` },
        'installation.json knows of no such account; the file is left alone',
      );
  }
}

async function isEmptyAccount(accounts: Folder, id: number): Promise<boolean> {
  try {
    return (await readAccount(accounts, id)).domains.length === 0;
  } catch {
    return false;
  }
}
