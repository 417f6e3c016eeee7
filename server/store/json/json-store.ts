import { EventFeed } from '../event-feed.ts';
import type { CopyableStore } from '../import.ts';
import type { SettingStore } from '../interface/settings.ts';
import { type StoreLog, silentLog } from '../store-log.ts';
import { PendingTasks } from '../tasks.ts';
import type { AccountDeps } from './account.ts';
import { AccountFiles } from './account-files.ts';
import { accountsIn } from './accounts.ts';
import { checksIn } from './checks.ts';
import { Cursors } from './cursors.ts';
import {
  DataFolder,
  PROBE_FILE,
  realFolder,
  restrictAccess,
  type Snapshot,
  takeSnapshot,
} from './disk/data-folder.ts';
import { LazyFile } from './disk/document.ts';
import { unusableFolder, writeFailed } from './disk/errors.ts';
import { type FileSystem, nodeFileSystem } from './disk/file-system.ts';
import { readIfUsable } from './disk/json-file.ts';
import { FolderLock } from './disk/lock.ts';
import { domainsIn } from './domains.ts';
import type { EventLogLimits } from './event-log.ts';
import { eventsIn } from './events.ts';
import { Evidence } from './evidence.ts';
import { importInto } from './import.ts';
import { Installation, openInstallationFile } from './installation.ts';
import { keyZoneIn } from './key-zone.ts';
import { Logos } from './logos.ts';
import { DomainIds, raiseNextIds } from './next-ids.ts';
import type { StoreParts } from './parts.ts';
import { Schedule } from './schedule.ts';
import { TokenUse } from './token-use.ts';
import { tokensIn } from './tokens.ts';
import { webhooksIn } from './webhooks.ts';

export interface JsonStoreOptions {
  /** The folder, made where it is missing. It belongs to this process until `close`, or until the process ends. */
  dataDir: string;
  clock: () => Date;
  log?: StoreLog;
  fileSystem?: FileSystem;
  eventLog?: Partial<EventLogLimits>;
}

/** Milliseconds that a time of a check or of a token's use may wait for its way to the disk. */
const LAZY_DELAY = 60_000;

/** Milliseconds: what is delivered again after a crash is what was delivered in them. */
const CURSOR_DELAY = 20;

const EVENT_LOG_LIMITS: EventLogLimits = { segmentBytes: 8 * 1024 * 1024 };

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
    return storeIn(folder, held, await openResources(options, folder));
  } catch (error) {
    await folder.close();
    lock?.release();
    throw unusableFolder(dataDir, error, folder.path);
  }
}

async function openResources(options: JsonStoreOptions, folder: DataFolder) {
  const { log = silentLog } = options;
  await folder.removeTemporaryFiles();
  await folder.removeSnapshots();
  await folder.syncNames();
  const state = await openInstallationFile(folder);
  const tasks = new PendingTasks();
  const feed = new EventFeed(log);
  const evidence = new Evidence(folder.evidencePath, folder.fileSystem, folder.gate, log);
  const deliveries = new Evidence(folder.deliveriesPath, folder.fileSystem, folder.gate, log);
  const account: AccountDeps = {
    accounts: folder.accounts,
    events: folder.events,
    log,
    eventLog: { ...EVENT_LOG_LIMITS, ...options.eventLog },
    clock: options.clock,
    publish: (id, events) => feed.publish(id, events),
  };
  const files = new AccountFiles({ folder, evidence, deliveries, account });
  const installation = new Installation(folder.installationFile, state, { log, files });
  const lazyFile =
    (name: string, delay = LAZY_DELAY) =>
    (text: () => Iterable<string>) =>
      new LazyFile({ folder: folder.root, name, text, delay, log });
  const schedule = new Schedule(
    await readIfUsable(folder.scheduleFile, log),
    lazyFile(folder.scheduleFile.label),
  );
  await files.load(installation.state.accounts);
  await raiseNextIds(installation, files, log);
  const ids = new DomainIds(installation);
  await installation.dropOrphans();
  for (const id of installation.state.removing) await files.removeFiles(id);
  await files.clearOrphans(installation.ids);
  schedule.load(installation.state.accounts, files.loaded);
  const tokenUse = new TokenUse(
    await readIfUsable(folder.tokenUseFile, log),
    lazyFile(folder.tokenUseFile.label),
    () => installation.liveTokens,
  );
  const logos = new Logos(folder, log);
  await logos.clearOrphans(installation.state.accounts);
  const cursors = new Cursors(
    { tasks, files, installation },
    await readIfUsable(folder.cursorsFile, log),
    lazyFile(folder.cursorsFile.label, CURSOR_DELAY),
  );
  const parts: StoreParts = {
    tasks,
    files,
    installation,
    ids,
    schedule,
    tokenUse,
    evidence,
    deliveries,
    logos,
    log,
  };
  return { parts, feed, cursors };
}

type Resources = Awaited<ReturnType<typeof openResources>>;

/** The store in files: `DATA_DIR`, held by this process alone. */
export interface JsonStore extends CopyableStore {
  /**
   * All that is in the folder, as it is at one moment while everything goes on: what a backup is made from.
   * To be disposed of. @throws LetterheadError `unavailable`.
   */
  snapshot(): Promise<Snapshot>;
}

function storeIn(folder: DataFolder, lock: FolderLock, { parts, feed, cursors }: Resources): JsonStore {
  const { tasks, files, installation, ids, schedule, tokenUse } = parts;
  const tokens = tokensIn(parts);
  const domains = domainsIn(parts, tokens);
  let snapshots = 0;
  let closing: Promise<void> | null = null;

  const flush = async () => {
    await schedule.flush();
    await tokenUse.flush();
    await cursors.flush();
  };

  const orWriteFailed = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw writeFailed(error);
    });

  const probe = async () => {
    await folder.root.replaceDurably(PROBE_FILE, ['Letterhead can write here.\n']);
    await folder.root.remove(PROBE_FILE);
  };

  const end = async () => {
    await tasks.close();
    for (const account of files.loaded) await account.settled();
    // The next ids stay where they are if this fails: that costs a gap.
    await ids.close().catch(() => {});
    await installation.settled();
    await flush();
    await folder.close();
    lock.release();
  };

  return {
    accounts: accountsIn(parts, feed),
    tokens,
    domains,
    checks: checksIn(parts, domains),
    events: eventsIn(parts, feed),
    webhooks: webhooksIn(parts, cursors),
    cursors,
    settings: settingsIn(parts),
    rates: null,
    keyZone: keyZoneIn(parts),
    import: importInto(parts, folder.events, cursors),

    nextIds: () =>
      tasks.look(() => {
        const { account, token } = installation.state.next;
        return { account, token, domain: ids.next };
      }),

    snapshot: () =>
      tasks.serve(async () => {
        await flush();
        return orWriteFailed(takeSnapshot(folder, ++snapshots));
      }),

    ready: () => tasks.serve(() => orWriteFailed(probe())),

    close: () => (closing ??= end()),
  };
}

function settingsIn({ tasks, installation }: StoreParts): SettingStore {
  return {
    get: (key) => tasks.look(() => installation.state[key]),
    setOnce: (key, value) =>
      tasks.serve(() =>
        installation.change<string>((state) => {
          const kept = state[key];
          return kept === null ? { result: value, changed: { [key]: value } } : { result: kept };
        }),
      ),
  };
}
