import type { AccountFiles } from './account-files.ts';
import { type DataFolder, IDS_FILE, INSTALLATION_FILE } from './data-folder.ts';
import { FORMAT, type InstallationFile, type NextIds } from './formats.ts';
import type { Installation } from './installation.ts';
import { DamagedFileError, NewerFormatError } from './json-file.ts';
import type { StoreLog } from './store-log.ts';

const EMPTY_INSTALLATION: InstallationFile = {
  format: FORMAT,
  secret_key_check: null,
  next: { account: 1, token: 1, domain: 1 },
  sequence: 0,
  accounts: [],
  tokens: [],
  outbox: [],
  removing: [],
};

/**
 * `installation.json`, without which nothing works; it is written where the folder is new, or of an earlier format.
 * @throws DamagedFileError that says what to do, where it cannot be used.
 */
export async function openInstallationFile(folder: DataFolder): Promise<InstallationFile> {
  const found = await readInstallation(folder).catch(explain);
  if (found === null) {
    const accounts = (await folder.accounts.names()).filter((name) => name.endsWith('.json'));
    if (accounts.length > 0) throw missingInstallation();
  }
  const content = found?.content ?? EMPTY_INSTALLATION;
  if (found?.format !== FORMAT) await folder.installationFile.write(content);
  // Only now: its content is in the other file.
  await folder.root.remove(IDS_FILE);
  return content;
}

/** Null: there is none. Changes nothing. @throws DamagedFileError, and the system's errors. */
export async function readInstallation(
  folder: DataFolder,
): Promise<{ content: InstallationFile; format: number } | null> {
  const found = await folder.installationFile.readVersioned();
  if (found === null || found.format > 1) return found;
  const ids = await folder.idsFile.read();
  if (ids === null) throw missingIds();
  const { account, token, domain } = ids;
  return { ...found, content: { ...found.content, next: { account, token, domain } } };
}

function explain(error: unknown): never {
  if (error instanceof NewerFormatError) {
    throw new DamagedFileError(`${error.message}. Start that version again, or restore a backup.`);
  }
  if (error instanceof DamagedFileError) {
    throw new DamagedFileError(`${error.message}. Put this file back from a backup; nothing was changed.`);
  }
  throw error;
}

function missingIds(): DamagedFileError {
  return new DamagedFileError(
    `${IDS_FILE} is missing. Put it back from a backup, or write one with numbers above every id that was ever given: {"format": 1, "account": 1001, "token": 1001, "domain": 1000001}.`,
  );
}

function missingInstallation(): DamagedFileError {
  return new DamagedFileError(
    `${INSTALLATION_FILE} is missing, though there are accounts. Put it back from a backup; nothing was changed.`,
  );
}

/** The highest ids that are in use. */
export function usedIds(
  { accounts, tokens, removing }: Pick<InstallationFile, 'accounts' | 'tokens' | 'removing'>,
  highestDomain: number,
): NextIds {
  return {
    account: Math.max(accounts.at(-1)?.id ?? 0, ...removing),
    token: tokens.at(-1)?.id ?? 0,
    domain: highestDomain,
  };
}

/** An id that is in use is not given again, even where `installation.json` was put back from an older backup. */
export async function raiseNextIds(
  installation: Installation,
  files: AccountFiles,
  log: StoreLog,
): Promise<void> {
  const used = usedIds(installation, files.highestDomain);
  const { next } = installation;
  const kinds = (['account', 'token', 'domain'] as const).filter((kind) => used[kind] >= next[kind]);
  if (kinds.length === 0) return;
  log.warn({ file: INSTALLATION_FILE, kinds }, 'next ids were behind ids in use; raised');
  await installation.setNext(() => Object.fromEntries(kinds.map((kind) => [kind, used[kind] + 1])));
}
