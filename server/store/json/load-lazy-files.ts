import type { Instant } from '../../instant.ts';
import type { AccountRow } from '../store.ts';
import type { AccountRegistry } from './account-registry.ts';
import { SCHEDULE_FILE, TOKEN_USE_FILE } from './data-folder.ts';
import type { Folder } from './folder.ts';
import { ScheduleFileShape, TokenUseFileShape } from './formats.ts';
import { JsonFile } from './json-file.ts';
import { Schedule } from './schedule.ts';
import type { StoreLog } from './store-log.ts';
import { TokenUse } from './token-use.ts';

/** Every domain that is served, with its times where they are known. */
export async function readSchedule(
  root: Folder,
  rows: readonly AccountRow[],
  registry: AccountRegistry,
  log: StoreLog,
  now: Instant,
): Promise<Schedule> {
  const file = await readOrNull(new JsonFile(root, SCHEDULE_FILE, SCHEDULE_FILE, ScheduleFileShape), log);
  const times = new Map(file?.checks.map((line) => [line[0], line]));
  const schedule = new Schedule(now);
  for (const { id, suspended } of rows) {
    const domains = registry.loaded.get(id)?.domains ?? [];
    schedule.suspend(id, suspended, domains);
    for (const domain of domains) schedule.add(id, domain.id, times.get(domain.id));
  }
  return schedule;
}

export async function readTokenUse(root: Folder, log: StoreLog): Promise<TokenUse> {
  const file = new JsonFile(root, TOKEN_USE_FILE, TOKEN_USE_FILE, TokenUseFileShape);
  return new TokenUse(await readOrNull(file, log));
}

/** What is written now and then can be had again: damage costs what was in the file. */
async function readOrNull<T extends object>(file: JsonFile<T>, log: StoreLog): Promise<T | null> {
  try {
    return await file.read();
  } catch (error) {
    log.warn({ file: file.label, err: error }, 'a file of times is not used');
    return null;
  }
}
