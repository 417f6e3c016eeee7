import { join } from 'node:path';
import { describeErrno, messageOf, unlessMissing } from '../../errno.ts';
import { readSecretKeyFile, SECRET_KEY_FILE } from '../../keys/secret-key-file.ts';
import { accountFileName } from './account.ts';
import { readAccount } from './account-files.ts';
import { DataFolder, INSTALLATION_FILE } from './disk/data-folder.ts';
import { type FileSystem, nodeFileSystem } from './disk/file-system.ts';
import { Folder } from './disk/folder.ts';
import { JsonFile } from './disk/json-file.ts';
import { linesOf } from './event-lines.ts';
import { EventLog } from './event-log.ts';
import { type AccountFile, EvidenceFileShape, type InstallationFile } from './formats/files.ts';
import { readInstallation } from './installation.ts';
import { readLogo } from './logos.ts';
import { usedIds } from './next-ids.ts';

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
  readonly #accountOf = new Map<number, number>();
  #accounts = 0;

  constructor(folder: DataFolder) {
    this.#folder = folder;
  }

  async run(): Promise<FolderReport> {
    const found = await this.#read(INSTALLATION_FILE, () => readInstallation(this.#folder), true);
    const installation = found?.content ?? null;
    for (const { id, logo } of installation?.accounts ?? []) {
      await this.#checkAccount(id);
      if (logo !== null)
        await this.#read(`logos/${id}.${logo}.json`, () => readLogo(this.#folder.logos, id, logo), true);
    }
    if (installation !== null) {
      this.#checkTokens(installation);
      await this.#checkOrphans(installation);
      this.#checkNextIds(installation);
    }
    const { scheduleFile, tokenUseFile, cursorsFile } = this.#folder;
    await this.#read(scheduleFile.label, () => scheduleFile.read());
    await this.#read(tokenUseFile.label, () => tokenUseFile.read());
    await this.#read(cursorsFile.label, () => cursorsFile.read());
    await this.#checkSecretKey();
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
      this.#note(file, cannotRead(file, error));
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
    for (const name of (await this.#read(`evidence/${account}`, () => folder.names())) ?? []) {
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

  /** It may be missing, where SECRET_KEY is set. */
  async #checkSecretKey(): Promise<void> {
    const { path } = this.#folder;
    try {
      await readSecretKeyFile(path);
    } catch (error) {
      const message = messageOf(error).replace(join(path, SECRET_KEY_FILE), SECRET_KEY_FILE);
      this.#note(SECRET_KEY_FILE, message);
    }
  }

  async #checkOrphans({ accounts, removing }: InstallationFile): Promise<void> {
    const listed = new Set([...accounts.map((row) => row.id), ...removing].map(accountFileName));
    const { path } = this.#folder.accounts;
    const names =
      (await this.#read('accounts', () => unlessMissing(this.#folder.fileSystem.readdir(path)))) ?? [];
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

function cannotRead(file: string, error: unknown): string {
  const reason = describeErrno(error);
  return reason === null ? `${messageOf(error)}.` : `${file} cannot be read: ${reason}.`;
}

export interface FolderProblem {
  /** Relative to the data folder. */
  readonly file: string;
  /** A sentence that says what is wrong, and names nothing that is secret. */
  readonly message: string;
}

/** What is wrong with an account's log of events, as far as the account's own file does not make up for it. */
async function checkEventLog(events: Folder, account: AccountFile): Promise<FolderProblem[]> {
  const problems: FolderProblem[] = [];
  const [current, older, kept] = EventLog.namesOf(account.account);
  let lastId = 0;
  for (const name of [kept, older, current]) {
    if (name === undefined) continue;
    // What was kept may be in the older log as well.
    if (name === older) lastId = 0;
    const file = `events/${name}`;
    const note = (message: string) => problems.push({ file, message });
    try {
      lastId = await checkLines(events, name, account.account, lastId, note);
    } catch (error) {
      note(cannotRead(file, error));
      return problems;
    }
  }
  const from = account.last_event_id - account.outbox.length;
  if (lastId < from) {
    const message = `The events ${lastId + 1} to ${from} of account ${account.account} are missing.`;
    problems.push({ file: `events/${current}`, message });
  }
  return problems;
}

/** The id of the last event; `lastId`, that of the event before the file, where there is none. */
async function checkLines(
  events: Folder,
  name: string,
  account: number,
  lastId: number,
  note: (message: string) => void,
): Promise<number> {
  let damaged = 0;
  let last = lastId;
  for await (const { event, offset, complete } of linesOf(events, name, account)) {
    // A last line without an end was torn by a crash, or is being written: the account's file has it too.
    if (event === null && complete && offset > 0) damaged++;
    if (event !== null && event.id <= last) note(`events/${name} holds event ${event.id} out of order.`);
    last = Math.max(last, event?.id ?? 0);
  }
  if (damaged > 0)
    note(`events/${name} has ${damaged === 1 ? 'a line' : `${damaged} lines`} that cannot be read.`);
  return last;
}
