import type { Actor } from '@letterhead/shared';
import { openInstallation } from '../../server/installation.ts';
import { KEY_ZONE_LIMITS } from '../../server/limits.ts';
import { createLog } from '../../server/log.ts';
import { activeKeyOf } from '../../server/records/record-states.ts';
import { parseSettings } from '../../server/settings.ts';
import type { DomainRef, DomainRow } from '../../server/store/interface/domain-row.ts';
import { keysFromFile } from '../../test/keys-file.ts';
import { childOptions, serveParent } from '../child.ts';

/** The installation as the server has it, without HTTP, and with a clock that is put forward. */
export interface RotateOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly keysFile: string;
}

/** Caches have forgotten by then what was at a name before; a name server still takes what is signed at that time. */
const CACHED_FOR = 299_000;
const AT_ONCE = 64;
const ACTOR: Actor = { kind: 'cli', token_id: null, address: null };

const { environment, keysFile } = childOptions<RotateOptions>();
const settings = parseSettings(environment);
let ahead = 0;
const installation = await openInstallation({
  settings,
  log: await createLog(settings.LOG_LEVEL, {}),
  keys: await keysFromFile(keysFile, () => {}),
  clock: () => new Date(Date.now() + ahead),
});
const { store, monitor, keyZone, services } = installation;
serveParent({
  url: null,
  handlers: { rotateAll },
  async stop() {
    await installation[Symbol.asyncDispose]();
  },
});

async function rotateAll(): Promise<Record<string, number>> {
  const domains = await allDomains();
  // What a server does at its start, and customers before a rotation.
  await keyZone?.repair();
  await eachOf(domains, check);
  const rotated = await seconds(async () => {
    await eachOf(domains, rotate);
    await untilSent();
  });
  const seen = await seconds(() => eachOf(domains, check));
  ahead = CACHED_FOR;
  const moved = await seconds(() => eachOf(domains, check));
  const rows = await Promise.all(domains.map(({ account, id }) => store.domains.get(account, id)));
  const stuck = rows.filter((row) => row === undefined || activeKeyOf(row).id !== 2).length;
  if (stuck > 0) throw new Error(`Signing has not moved for ${stuck} domains.`);
  return { rotated, seen, moved };
}

async function allDomains(): Promise<DomainRef[]> {
  const accounts = await store.accounts.list();
  const rows: DomainRow[] = [];
  for (const { id } of accounts) rows.push(...(await store.domains.list(id, {})));
  return rows.map(({ account_id: account, id }) => ({ account, id }));
}

async function check(target: DomainRef): Promise<void> {
  await monitor.verifyNow(target, { actor: ACTOR, mode: 'verify' });
}

async function rotate({ account, id }: DomainRef): Promise<void> {
  const row = await store.domains.get(account, id);
  if (row === undefined) throw new Error(`There is no domain ${id}.`);
  await services.keys.rotate(row, ACTOR);
}

async function untilSent(): Promise<void> {
  await keyZone?.settled();
  const { waiting } = keyZone?.state ?? { waiting: KEY_ZONE_LIMITS.waiting };
  if (waiting > 0) throw new Error(`${waiting} domains wait for the zone.`);
}

async function eachOf(
  domains: readonly DomainRef[],
  act: (domain: DomainRef) => Promise<void>,
): Promise<void> {
  const left = domains.values();
  const loop = async () => {
    for (const domain of left) await act(domain);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
}

async function seconds(act: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await act();
  return (performance.now() - begin) / 1000;
}
