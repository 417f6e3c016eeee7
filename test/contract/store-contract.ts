import { accountsContract } from './accounts.ts';
import { checksContract } from './checks.ts';
import { cursorsContract } from './cursors.ts';
import { domainsContract } from './domains.ts';
import { eventsContract } from './events.ts';
import { keyZoneContract } from './key-zone.ts';
import { settingsContract } from './settings.ts';
import type { StartStore } from './store-under-test.ts';
import { tokensContract } from './tokens.ts';
import { webhooksContract } from './webhooks.ts';

/** What every store promises, a resource after the other. */
export function storeContract(start: StartStore): void {
  accountsContract(start);
  tokensContract(start);
  domainsContract(start);
  checksContract(start);
  eventsContract(start);
  keyZoneContract(start);
  settingsContract(start);
  webhooksContract(start);
  cursorsContract(start);
}
