import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@letterhead/shared';
import { NEW_ACCOUNT } from '../../server/auth/accounts.ts';
import type { DnsOptions } from '../../server/dns/dns.ts';
import type { Lookup } from '../../server/dns/lookup.ts';
import type { SemaphoreLimits } from '../../server/fair-semaphore.ts';
import { type Instant, toInstant } from '../../server/instant.ts';
import type { CheckRequest } from '../../server/monitor/check-job.ts';
import { Monitor } from '../../server/monitor/monitor.ts';
import type { CheckReport } from '../../server/monitor/run-check.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import type { EventRow } from '../../server/store/interface/events.ts';
import { type FileSystem, nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import type { Store } from '../../server/store/store.ts';
import { createLoopbackDns } from '../dns/loopback-check.ts';
import { type LoopbackDns, type LoopbackDnsOptions, startLoopbackDns } from '../dns/loopback-dns.ts';
import { NOT_VERIFIED, type SendingDomainOptions, sendingDomain } from '../verification/sending-domain.ts';
import { FakeTime } from './fake-time.ts';

export const ASKER: Actor = { kind: 'token', token_id: 3, address: '192.0.2.1' };
/** An account's own wish for a check. */
export const REQUEST: CheckRequest = { actor: ASKER, mode: 'verify' };
const CLI: Actor = { kind: 'cli', token_id: null, address: null };

export interface MonitorFixtureOptions {
  readonly dns?: LoopbackDnsOptions;
  /** Milliseconds that a silent authority is waited for. */
  readonly patience?: number;
  readonly start?: string;
  readonly limits?: SemaphoreLimits;
  /** To ask other servers than its own. */
  readonly asks?: Partial<DnsOptions>;
}

/** A monitor with a real store in a folder of its own, real name servers, and time that passes by hand. */
export class MonitorFixture implements AsyncDisposable {
  readonly time: FakeTime;
  readonly servers: LoopbackDns;
  store: Store;
  monitor: Monitor;
  readonly account: number;
  /** While true, nothing can be written durably. */
  diskIsFull = false;
  /** Every question that has ended. */
  readonly lookups: Lookup[] = [];
  readonly failures: unknown[] = [];
  readonly reports: CheckReport[] = [];
  readonly #folder: string;
  readonly #options: MonitorFixtureOptions;
  readonly #waiting: (() => void)[] = [];

  private constructor(
    options: MonitorFixtureOptions,
    parts: { time: FakeTime; servers: LoopbackDns; store: Store; account: number; folder: string },
  ) {
    this.time = parts.time;
    this.servers = parts.servers;
    this.store = parts.store;
    this.account = parts.account;
    this.#folder = parts.folder;
    this.#options = options;
    this.monitor = this.#startMonitor();
  }

  #startMonitor(): Monitor {
    const patience = this.#options.patience ?? 1000;
    return new Monitor({
      ...this.time,
      store: this.store,
      random: randomBytes,
      proveKey: async () => true,
      limits: this.#options.limits ?? { total: 16, perOwner: 16 },
      dns: createLoopbackDns(this.servers, {
        timeouts: { authority: patience, resolver: [patience] },
        onLookup: (lookup) => this.lookups.push(lookup),
        ...this.#options.asks,
      }),
      observer: {
        checked: (report) => {
          this.reports.push(report);
          this.#tell();
        },
        failed: (_, error) => {
          this.failures.push(error);
          this.#tell();
        },
      },
    });
  }

  static async set(options: MonitorFixtureOptions = {}): Promise<MonitorFixture> {
    const time = new FakeTime(options.start ?? '2026-01-01T00:00:00Z');
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-monitor-'));
    const disk = { isFull: () => false };
    const store = await openStore(folder, time, disk);
    const account = await createAccount(store, toInstant(time.clock()));
    const servers = await startLoopbackDns(options.dns);
    const scene = new MonitorFixture(options, { time, servers, store, account, folder });
    disk.isFull = () => scene.diskIsFull;
    return scene;
  }

  /** Closes monitor and store, and opens the folder again as a new process does. */
  async restart(): Promise<void> {
    await this.monitor.close();
    await this.store.close();
    this.store = await openStore(this.#folder, this.time, { isFull: () => this.diskIsFull });
    this.monitor = this.#startMonitor();
  }

  /** Makes another account, for the domains that are added with its id. */
  addAccount(): Promise<number> {
    return createAccount(this.store, toInstant(this.time.clock()));
  }

  /** Puts a domain into the store as it is created; into the first account unless another is given. */
  async add(changes: SendingDomainOptions = {}): Promise<DomainRow> {
    const now = toInstant(this.time.clock());
    const account = changes.account_id ?? this.account;
    const change = await this.store.domains.create({
      account,
      name: changes.domain ?? 'example.org',
      limit: 100_000,
      prepare: async () => (id) => ({
        ...sendingDomain({
          created_at: now,
          updated_at: now,
          dkim: { ...NOT_VERIFIED, since: now },
          ...changes,
        }),
        id,
        account_id: account,
      }),
      events: (row) => [
        {
          type: 'domain.created',
          domain: { id: row.id, name: row.domain },
          actor: CLI,
          at: now,
          changes: {},
        },
      ],
    });
    if (change.kind !== 'written') throw new Error(`the domain was not written: ${change.kind}`);
    return change.row;
  }

  async row({ account_id, id }: DomainRow): Promise<DomainRow> {
    const row = await this.store.domains.get(account_id, id);
    if (row === undefined) throw new Error(`there is no domain ${id}`);
    return row;
  }

  /** What happened to the domain since it was made. */
  async events({ id }: DomainRow): Promise<EventRow[]> {
    const { events } = await this.store.events.list(this.account, { after: 0, limit: 1000, domain: id });
    return events.filter(({ type }) => type !== 'domain.created');
  }

  /** Lets what is due now be checked; resolves after so many checks have been reported, failures included. */
  async tick(checks: number): Promise<void> {
    const until = this.reports.length + this.failures.length + checks;
    await this.monitor.tick();
    while (this.reports.length + this.failures.length < until) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.monitor.close();
    await this.store.close();
    await this.servers[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function openStore(dataDir: string, { clock }: FakeTime, disk: { isFull: () => boolean }): Promise<Store> {
  return openJsonStore({ dataDir, clock, fileSystem: fillable(disk) });
}

async function createAccount(store: Store, now: Instant): Promise<number> {
  const { id } = await store.accounts.create(
    { ...NEW_ACCOUNT, name: 'Test', created_at: now, updated_at: now },
    { type: 'account.created', domain: null, actor: CLI, at: now, changes: {} },
  );
  return id;
}

/** The machine's file system, on a disk that can be full. */
function fillable(disk: { isFull: () => boolean }): FileSystem {
  return {
    ...nodeFileSystem,
    open: async (path, flags) => {
      const file = await nodeFileSystem.open(path, flags);
      return {
        ...file,
        write: (text) =>
          disk.isFull()
            ? Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))
            : file.write(text),
      };
    },
  };
}
