import type { StoreLog } from '../store-log.ts';
import type { PendingTasks } from '../tasks.ts';
import type { AccountFiles } from './account-files.ts';
import type { Evidence } from './evidence.ts';
import type { Installation } from './installation.ts';
import type { Logos } from './logos.ts';
import type { DomainIds } from './next-ids.ts';
import type { Schedule } from './schedule.ts';
import type { TokenUse } from './token-use.ts';

/** What the resources of the store are made from; there is one of each. */
export interface StoreParts {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly installation: Installation;
  readonly ids: DomainIds;
  readonly schedule: Schedule;
  readonly tokenUse: TokenUse;
  readonly evidence: Evidence;
  readonly deliveries: Evidence;
  readonly logos: Logos;
  readonly log: StoreLog;
}
