import { toInstant } from '../../instant.ts';
import type { AccountSurroundings } from './account.ts';
import { AccountRegistry } from './account-registry.ts';
import { Accounts } from './accounts.ts';
import { DataFolder, SCHEDULE_FILE, TOKEN_USE_FILE } from './data-folder.ts';
import { Document } from './document.ts';
import { Domains } from './domains.ts';
import { EventFeed } from './event-feed.ts';
import type { EventLogLimits } from './event-log.ts';
import { Evidence } from './evidence.ts';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { realFolder, restrictAccess } from './folder-access.ts';
import { Ids } from './ids.ts';
import { Installation } from './installation.ts';
import { LazyFile } from './lazy-file.ts';
import { clearOrphans, loadAccounts } from './load-accounts.ts';
import { readSchedule, readTokenUse } from './load-lazy-files.ts';
import { FolderLock } from './lock.ts';
import { raiseMarks, readInstallation } from './read-installation.ts';
import { JsonStore } from './store-calls.ts';
import { type StoreLog, silentLog } from './store-log.ts';
import { Tokens } from './tokens.ts';
import { UnderWay } from './under-way.ts';
import { unusableFolder } from './unusable-folder.ts';

export type { JsonStore } from './store-calls.ts';

export interface JsonStoreOptions {
  /** The folder, made where it is missing. It belongs to this process until `close`, or until the process ends. */
  dataDir: string;
  clock: () => Date;
  log?: StoreLog;
  fileSystem?: FileSystem;
  /** Milliseconds that a time of a check or of a token's use may wait for its way to the disk. */
  lazyWriteDelay?: number;
  eventLog?: Partial<EventLogLimits>;
}

const ONE_MINUTE = 60_000;

const EVENT_LOG_LIMITS: EventLogLimits = { segmentBytes: 8 * 1024 * 1024, syncEvery: 4 };

/**
 * Opens the store in `dataDir`, or begins one where the folder is empty.
 * @throws LetterheadError `unavailable` with one line that says what is in the way, and what to do.
 */
export async function openJsonStore(options: JsonStoreOptions): Promise<JsonStore> {
  const { dataDir, fileSystem = nodeFileSystem, log = silentLog } = options;
  const folder = new DataFolder(realFolder(dataDir), fileSystem);
  let lock: FolderLock | null = null;
  try {
    await folder.make();
    restrictAccess(dataDir, log);
    const held = new FolderLock(dataDir, options.clock(), log);
    lock = held;
    folder.gate.guard = () => held.assertHeld();
    return await open(options, folder, held);
  } catch (error) {
    await folder.close();
    lock?.release();
    throw unusableFolder(dataDir, error, folder.path);
  }
}

async function open(options: JsonStoreOptions, folder: DataFolder, lock: FolderLock): Promise<JsonStore> {
  const { log = silentLog, lazyWriteDelay = ONE_MINUTE } = options;
  await folder.removeTemporaryFiles();
  await folder.removeSnapshots();
  await folder.syncNames();
  const states = await readInstallation(folder);
  const registry = new AccountRegistry();
  const feed = new EventFeed(log);
  const underWay = new UnderWay();
  const surroundings: AccountSurroundings = {
    accounts: folder.accounts,
    events: folder.events,
    log,
    underWay,
    eventLog: { ...EVENT_LOG_LIMITS, ...options.eventLog },
    clock: options.clock,
    publish: (account, events) => feed.publish(account, events),
  };
  const installation = new Installation(folder.installationFile, states.installation, { log, registry });
  await loadAccounts(installation.accounts, registry, surroundings);
  const idsDocument = new Document(folder.idsFile, states.ids, { log });
  await raiseMarks(idsDocument, installation, registry, log);
  const ids = new Ids(idsDocument);
  const evidence = new Evidence(folder.evidencePath, folder.fileSystem, folder.gate, log);
  const accounts = new Accounts({ folder, registry, installation, ids, evidence, surroundings });
  await installation.dropOrphans();
  for (const id of installation.removing) await accounts.removeFiles(id);
  await clearOrphans(folder.accounts, installation, log);
  const now = toInstant(options.clock());
  const schedule = await readSchedule(folder.root, installation.accounts, registry, log, now);
  const tokenUse = await readTokenUse(folder.root, log);
  const lazyFile = (name: string, text: () => Iterable<string>) =>
    new LazyFile({ folder: folder.root, name, text, delay: lazyWriteDelay, log });
  const scheduleFile = lazyFile(SCHEDULE_FILE, () => schedule.text());
  const tokenUseFile = lazyFile(TOKEN_USE_FILE, () => tokenUse.text(installation.liveTokens));
  const tokens = new Tokens({ installation, registry, accounts, ids, tokenUse, tokenUseFile });
  return new JsonStore({
    folder,
    lock,
    log,
    underWay,
    ids,
    installation,
    registry,
    accounts,
    tokens,
    domains: new Domains({ accounts, tokens, ids, schedule, scheduleFile, evidence, log }),
    feed,
    schedule,
    scheduleFile,
    tokenUseFile,
  });
}
