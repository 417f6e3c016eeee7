import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Actor } from '@letterhead/shared';
import { Accounts } from '../../server/auth/accounts.ts';
import { createFirstAccount } from '../../server/auth/bootstrap.ts';
import { DomainNameSchema } from '../../server/domains/domain-name.ts';
import { Domains } from '../../server/domains/domains.ts';
import { toInstant } from '../../server/instant.ts';
import { openKeyCipher } from '../../server/keys/open-key-cipher.ts';
import { nextCheckTimes } from '../../server/monitor/schedule.ts';
import { OpenedKeys } from '../../server/signing/opened-keys.ts';
import type { AccountRow } from '../../server/store/interface/accounts.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import type { FileSystem } from '../../server/store/json/disk/file-system.ts';
import { nodeFileSystem } from '../../server/store/json/disk/file-system.ts';
import { openJsonStore } from '../../server/store/json/json-store.ts';
import type { Store } from '../../server/store/store.ts';
import { systemTimer } from '../../server/timer.ts';
import { keysFromFile } from '../../test/keys-file.ts';
import { keysFile, TOKEN } from '../letterhead-server.ts';

/** What is to be in a data folder, beside the first account. */
export interface FolderSize {
  readonly accounts: number;
  readonly domainsPerAccount: number;
}

/** The domains' age: looked at once a day, and not while something is measured. Milliseconds. */
const AGE = 20.5 * 24 * 60 * 60 * 1000;
const ACCOUNTS_AT_ONCE = 64;
const NO_LIMIT = 1_000_000;

const actor: Actor = { kind: 'cli', token_id: null, address: null };

const refuse = () => Promise.reject(new Error('Nothing is verified here.'));

/**
 * Fills a new data folder as the server would, through the same store and services, only without waiting for the
 * disk; and a file with the same accounts and domains for those that keep all in one.
 */
export async function growFolder(dataDir: string, databaseFile: string, size: FolderSize): Promise<void> {
  const clock = () => new Date(Date.now() - AGE);
  await using store = disposable(
    await openJsonStore({ dataDir, clock, fileSystem: withoutSync(nodeFileSystem) }),
  );
  await createFirstAccount({ store, clock }, TOKEN);
  const cipher = await openKeyCipher({
    dataDir,
    secretKey: null,
    check: store.settings,
    random: randomBytes,
  });
  const openedKeys = new OpenedKeys(cipher, systemTimer);
  const domains = new Domains({
    store,
    keys: await keysFromFile(keysFile(), () => {}),
    cipher,
    openedKeys,
    keyZone: { zone: null, changed() {} },
    clock,
    random: randomBytes,
    returnPathHost: null,
    maxDomainsPerAccount: NO_LIMIT,
    monitor: { verifyNow: refuse, preview: refuse, keepPreview: refuse },
    limits: { takeLasting: refuse },
  });
  const accounts = new Accounts({ store, clock, openedKeys });
  const left = Array.from({ length: size.accounts }, (_, at) => `Help desk ${at + 1}`).values();
  const fill = async () => {
    for (const name of left) {
      const account = await accounts.create({ name }, actor);
      await fillAccount(store, domains, account, size.domainsPerAccount);
    }
  };
  await Promise.all(Array.from({ length: ACCOUNTS_AT_ONCE }, fill));
  await writeDatabase(databaseFile, store);
}

async function fillAccount(
  store: Store,
  domains: Domains,
  account: AccountRow,
  count: number,
): Promise<void> {
  const names = Array.from({ length: count }, (_, at) =>
    DomainNameSchema.parse(`domain-${at + 1}.example.org`),
  );
  const rows = await Promise.all(names.map((name) => domains.create(account, name, actor)));
  const now = new Date();
  for (const row of rows) {
    await store.checks.reschedule(
      { account: account.id, id: row.id },
      {
        ...nextCheckTimes(
          row,
          row.records.map(({ id }) => id),
          now,
          randomBytes,
        ),
        began_at: toInstant(now),
        codes: { 'dkim:1': 'OK', return_path: 'RECORD_MISSING' },
      },
    );
  }
}

/** As lowdb writes it. */
async function writeDatabase(file: string, store: Store): Promise<void> {
  const accounts = await store.accounts.list();
  const domains: DomainRow[] = [];
  for (const { id } of accounts) domains.push(...(await store.domains.list(id, {})));
  await writeFile(file, JSON.stringify({ accounts, domains }, null, 2));
}

/** For preparations: what is lost with the power is prepared again. */
export function withoutSync(fileSystem: FileSystem): FileSystem {
  return {
    ...fileSystem,
    open: async (path, flags) => ({ ...(await fileSystem.open(path, flags)), sync: async () => {} }),
  };
}

function disposable<S extends Store>(store: S): S & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}
