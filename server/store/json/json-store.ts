import { EventFeed } from '../event-feed.ts';
import type { CopyableStore, NextIds } from '../import.ts';
import type { KeyZoneStore } from '../interface/key-zone.ts';
import type { SettingKey, SettingStore } from '../interface/settings.ts';
import { type StoreLog, silentLog } from '../store-log.ts';
import { PendingTasks } from '../tasks.ts';
import type { AccountDeps } from './account.ts';
import { AccountFiles } from './account-files.ts';
import { Accounts } from './accounts.ts';
import { Checks } from './checks.ts';
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
import { Domains } from './domains.ts';
import type { EventLogLimits } from './event-log.ts';
import { Events } from './events.ts';
import { Evidence } from './evidence.ts';
import { JsonImport } from './import.ts';
import { Installation, openInstallationFile } from './installation.ts';
import { KeyZone } from './key-zone.ts';
import { Logos } from './logos.ts';
import { DomainIds, raiseNextIds } from './next-ids.ts';
import { Schedule } from './schedule.ts';
import { Tokens, TokenUse } from './tokens.ts';
import { Webhooks } from './webhooks.ts';

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
    return new JsonStore(folder, held, await openResources(options, folder));
  } catch (error) {
    await folder.close();
    lock?.release();
    throw unusableFolder(dataDir, error, folder.path);
  }
}

type Resources = Awaited<ReturnType<typeof openResources>>;

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
  await files.load(installation.accounts);
  await raiseNextIds(installation, files, log);
  const ids = new DomainIds(installation);
  await installation.dropOrphans();
  for (const id of installation.removing) await files.removeFiles(id);
  await files.clearOrphans(installation.ids);
  schedule.load(installation.accounts, files.loaded);
  const tokenUse = new TokenUse(
    await readIfUsable(folder.tokenUseFile, log),
    lazyFile(folder.tokenUseFile.label),
    () => installation.liveTokens,
  );
  const logos = new Logos(folder, log);
  await logos.clearOrphans(installation.accounts);
  const cursors = new Cursors(
    { tasks, files, installation },
    await readIfUsable(folder.cursorsFile, log),
    lazyFile(folder.cursorsFile.label, CURSOR_DELAY),
  );
  const tokens = new Tokens({ tasks, files, installation, tokenUse });
  const domains = new Domains({ tasks, files, tokens, ids, schedule, tokenUse, evidence, log });
  return {
    tasks,
    files,
    evidence,
    installation,
    ids,
    schedule,
    tokenUse,
    logos,
    accounts: new Accounts({ tasks, files, installation, schedule, tokenUse, logos }),
    tokens,
    domains,
    checks: new Checks({ tasks, domains, schedule, evidence, log }),
    cursors,
    webhooks: new Webhooks({ tasks, files, cursors, deliveries }),
    events: new Events({ tasks, files, installation, feed, log }),
  };
}

/** The store in files: `DATA_DIR`, held by this process alone. */
export class JsonStore implements CopyableStore {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly domains: Domains;
  readonly checks: Checks;
  readonly events: Events;
  readonly webhooks: Webhooks;
  readonly cursors: Cursors;
  readonly settings: SettingStore;
  readonly rates = null;
  readonly keyZone: KeyZoneStore;
  readonly import: JsonImport;
  readonly #folder: DataFolder;
  readonly #lock: FolderLock;
  readonly #resources: Resources;
  #closing: Promise<void> | null = null;
  #snapshots = 0;

  constructor(folder: DataFolder, lock: FolderLock, resources: Resources) {
    this.#folder = folder;
    this.#lock = lock;
    this.#resources = resources;
    this.accounts = resources.accounts;
    this.tokens = resources.tokens;
    this.domains = resources.domains;
    this.checks = resources.checks;
    this.events = resources.events;
    this.webhooks = resources.webhooks;
    this.cursors = resources.cursors;
    const { tasks, installation, files } = resources;
    this.keyZone = new KeyZone({ tasks, installation, files });
    this.import = new JsonImport({ folder, ...resources });
    this.settings = {
      async get(key: SettingKey) {
        tasks.assertOpen();
        return installation.setting(key);
      },
      setOnce: (key: SettingKey, value: string) =>
        tasks.serve(() =>
          installation.change<string>((state) => {
            const kept = state[key];
            return kept === null ? { result: value, changed: { [key]: value } } : { result: kept };
          }),
        ),
    };
  }

  async nextIds(): Promise<NextIds> {
    this.#resources.tasks.assertOpen();
    const { account, token } = this.#resources.installation.next;
    return { account, token, domain: this.#resources.ids.next };
  }

  /**
   * All that is in the folder, as it is at one moment while everything goes on: what a backup is made from.
   * To be disposed of. @throws LetterheadError `unavailable`.
   */
  snapshot(): Promise<Snapshot> {
    const { tasks, schedule, tokenUse, cursors } = this.#resources;
    return tasks.serve(async () => {
      await schedule.flush();
      await tokenUse.flush();
      await cursors.flush();
      try {
        return await takeSnapshot(this.#folder, ++this.#snapshots);
      } catch (error) {
        throw writeFailed(error);
      }
    });
  }

  ready(): Promise<void> {
    return this.#resources.tasks.serve(() => this.#probe());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #probe(): Promise<void> {
    const { root } = this.#folder;
    try {
      await root.replaceDurably(PROBE_FILE, ['Letterhead can write here.\n']);
      await root.remove(PROBE_FILE);
    } catch (error) {
      throw writeFailed(error);
    }
  }

  async #close(): Promise<void> {
    const { tasks, files, installation, schedule, tokenUse, cursors, ids } = this.#resources;
    await tasks.close();
    for (const account of files.loaded) await account.settled();
    // The next ids stay where they are if this fails: that costs a gap.
    await ids.close().catch(() => {});
    await installation.settled();
    await schedule.flush();
    await tokenUse.flush();
    await cursors.flush();
    await this.#folder.close();
    this.#lock.release();
  }
}
