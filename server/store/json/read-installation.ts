import type { AccountFiles } from './account-files.ts';
import { type DataFolder, IDS_FILE, INSTALLATION_FILE } from './data-folder.ts';
import type { Document } from './document.ts';
import { FORMAT, type IdsFile, type InstallationFile } from './formats.ts';
import type { IdKind } from './ids.ts';
import type { Installation } from './installation.ts';
import { DamagedFileError, NewerFormatError } from './json-file.ts';
import type { StoreLog } from './store-log.ts';

const EMPTY_INSTALLATION: InstallationFile = {
  format: FORMAT,
  secret_key_check: null,
  sequence: 0,
  accounts: [],
  tokens: [],
  outbox: [],
  removing: [],
};

const FIRST_IDS: IdsFile = { format: FORMAT, account: 1, token: 1, domain: 1 };

/**
 * The two files that nothing works without; both are written where the folder is new.
 * @throws DamagedFileError that says what to do, where one of them cannot be used.
 */
export async function readInstallation(
  folder: DataFolder,
): Promise<{ installation: InstallationFile; ids: IdsFile }> {
  const installation = await folder.installationFile.read().catch(explain);
  const ids = await folder.idsFile.read().catch(explain);
  if (installation !== null && ids !== null) return { installation, ids };
  if (installation !== null) throw missingIds();
  const accounts = (await folder.accounts.names()).filter((name) => name.endsWith('.json'));
  if (accounts.length > 0) throw missingInstallation();
  if (ids === null) await folder.idsFile.write(FIRST_IDS);
  await folder.installationFile.write(EMPTY_INSTALLATION);
  return { installation: EMPTY_INSTALLATION, ids: ids ?? FIRST_IDS };
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
    `${IDS_FILE} is missing. Put it back from a backup, or write one with numbers above every id that was ever given: {"format": ${FORMAT}, "account": 1001, "token": 1001, "domain": 1000001}.`,
  );
}

function missingInstallation(): DamagedFileError {
  return new DamagedFileError(
    `${INSTALLATION_FILE} is missing, though there are accounts. Put it back from a backup; nothing was changed.`,
  );
}

/** An id that is in use lies below its mark, even where `ids.json` was put back from an older backup. */
export async function raiseMarks(
  document: Document<IdsFile>,
  installation: Installation,
  files: AccountFiles,
  log: StoreLog,
): Promise<void> {
  const marks = document.state;
  const used: Record<IdKind, number> = { account: 0, token: 0, domain: 0 };
  used.account = Math.max(installation.accounts.at(-1)?.id ?? 0, ...installation.removing);
  used.token = installation.tokens.at(-1)?.id ?? 0;
  for (const account of files.loaded) {
    used.domain = Math.max(used.domain, account.domains.at(-1)?.id ?? 0);
  }
  const kinds = (['account', 'token', 'domain'] as const).filter((kind) => used[kind] >= marks[kind]);
  if (kinds.length === 0) return;
  log.warn({ file: IDS_FILE, kinds }, 'the marks of the ids lay below ids in use; they have been raised');
  const raised = Object.fromEntries(kinds.map((kind) => [kind, used[kind] + 1]));
  await document.change((state) => [{ ...state, ...raised }, undefined]);
}
