import { describeErrno, messageOf } from '../../errno.ts';
import { accountFileName } from './account.ts';
import { readAccount } from './account-files.ts';
import type { FolderProblem } from './check-event-log.ts';
import { checkEventLog } from './check-event-log.ts';
import { DataFolder, INSTALLATION_FILE } from './data-folder.ts';
import { type FileSystem, nodeFileSystem, unlessMissing } from './file-system.ts';
import { Folder } from './folder.ts';
import { type AccountFile, EvidenceFileShape, type InstallationFile } from './formats.ts';

import { JsonFile } from './json-file.ts';
import { readInstallation, usedIds } from './read-installation.ts';

export interface FolderReport {
  /** Whether a server would start on it; single accounts can be damaged all the same. */
  readonly usable: boolean;
  /** How many accounts can be read, and how many domains they hold. */
  readonly accounts: number;
  readonly domains: number;
  readonly problems: readonly FolderProblem[];
}

/**
 * Reads a data folder without changing anything in it, and lists what is wrong. A server may be running on it.
 * Rejects with the system's error where the folder itself cannot be read.
 */
export async function checkFolder(
  dataDir: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<FolderReport> {
  const check = new FolderCheck(new DataFolder(dataDir, fileSystem));
  return check.run();
}

class FolderCheck {
  readonly #folder: DataFolder;
  readonly #problems: FolderProblem[] = [];
  /** Which account each domain is in. */
  readonly #accountOf = new Map<number, number>();
  #accounts = 0;

  constructor(folder: DataFolder) {
    this.#folder = folder;
  }

  async run(): Promise<FolderReport> {
    const found = await this.#read(INSTALLATION_FILE, () => readInstallation(this.#folder), true);
    const installation = found?.content ?? null;
    for (const { id } of installation?.accounts ?? []) await this.#checkAccount(id);
    if (installation !== null) {
      this.#checkTokens(installation);
      await this.#checkOrphans(installation);
      this.#checkNextIds(installation);
    }
    const { scheduleFile, tokenUseFile } = this.#folder;
    await this.#read(scheduleFile.label, () => scheduleFile.read());
    await this.#read(tokenUseFile.label, () => tokenUseFile.read());
    return {
      usable: installation !== null,
      accounts: this.#accounts,
      domains: this.#accountOf.size,
      problems: this.#problems,
    };
  }

  /** Null, and a problem, where the file cannot be used. */
  async #read<T>(file: string, read: () => Promise<T | null>, required = false): Promise<T | null> {
    try {
      const content = await read();
      if (content === null && required) this.#note(file, `${file} is missing.`);
      return content;
    } catch (error) {
      const reason = describeErrno(error);
      const message = messageOf(error);
      this.#note(file, reason === null ? `${message}.` : `${file} cannot be read: ${reason}.`);
      return null;
    }
  }

  async #checkAccount(id: number): Promise<void> {
    const file = `accounts/${accountFileName(id)}`;
    const account = await this.#read(file, () => readAccount(this.#folder.accounts, id));
    if (account === null) return;
    this.#accounts++;
    this.#checkDomains(file, account);
    for (const problem of await checkEventLog(this.#folder.events, account)) this.#problems.push(problem);
    await this.#checkEvidence(id);
  }

  #checkDomains(file: string, account: AccountFile): void {
    const names = new Set<string>();
    for (const { id, domain } of account.domains) {
      const other = this.#accountOf.get(id);
      if (other !== undefined) this.#note(file, `${file} holds domain ${id}, and so does account ${other}.`);
      if (names.has(domain)) this.#note(file, `${file} holds ${domain} twice.`);
      this.#accountOf.set(id, account.account);
      names.add(domain);
    }
  }

  async #checkEvidence(account: number): Promise<void> {
    const { evidencePath, fileSystem, gate } = this.#folder;
    const folder = new Folder(`${evidencePath}/${account}`, fileSystem, gate);
    for (const name of await folder.names()) {
      const label = `evidence/${account}/${name}`;
      const file = new JsonFile(folder, name, label, EvidenceFileShape);
      if (name.endsWith('.json')) await this.#read(label, () => file.read());
    }
  }

  #checkTokens({ accounts, tokens }: InstallationFile): void {
    const ids = new Set(accounts.map((account) => account.id));
    for (const token of tokens.filter((one) => !ids.has(one.account_id))) {
      this.#note(
        INSTALLATION_FILE,
        `Token ${token.id} belongs to account ${token.account_id}, which is not there.`,
      );
    }
  }

  async #checkOrphans({ accounts, removing }: InstallationFile): Promise<void> {
    const listed = new Set([...accounts.map((row) => row.id), ...removing].map(accountFileName));
    const names = (await unlessMissing(this.#folder.fileSystem.readdir(this.#folder.accounts.path))) ?? [];
    for (const name of names.filter((one) => one.endsWith('.json') && !listed.has(one))) {
      const file = `accounts/${name}`;
      this.#note(file, `${file} belongs to no account that ${INSTALLATION_FILE} knows of.`);
    }
  }

  #checkNextIds(installation: InstallationFile): void {
    const used = usedIds(
      installation,
      [...this.#accountOf.keys()].reduce((highest, id) => Math.max(highest, id), 0),
    );
    for (const kind of ['account', 'token', 'domain'] as const) {
      const next = installation.next[kind];
      if (used[kind] < next) continue;
      const message = `${INSTALLATION_FILE} would give ${kind} id ${next} again; the next start raises it.`;
      this.#note(INSTALLATION_FILE, message);
    }
  }

  #note(file: string, message: string): void {
    this.#problems.push({ file, message });
  }
}
