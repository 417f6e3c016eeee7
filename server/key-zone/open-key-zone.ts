import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Dns } from '../dns/outcome.ts';
import type { KeyZoneHint } from '../domains/key-rotation.ts';
import type { Clock } from '../instant.ts';
import { KEY_ZONE_LIMITS } from '../limits.ts';
import type { RandomSource } from '../random.ts';
import { type Settings, SettingsError } from '../settings.ts';
import type { Store } from '../store/store.ts';
import { systemTimer } from '../timer.ts';
import { KeyZone } from './key-zone.ts';
import { Primary } from './primary.ts';
import { findDelegationProblem } from './public-delegation.ts';
import { StoreContent } from './store-content.ts';
import { ZoneAdmin } from './zone-admin.ts';
import { createZoneLog } from './zone-log.ts';

interface OpenKeyZoneDeps {
  readonly settings: Pick<Settings, 'DKIM_ZONE' | 'DKIM_ZONE_SERVER' | 'DKIM_ZONE_TSIG'>;
  readonly store: Store;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly dns: Dns;
}

/** The key zone of an installation, or that there is none. */
export interface OpenedKeyZone {
  readonly hint: KeyZoneHint;
  readonly keyZone: KeyZone | null;
  readonly admin: ZoneAdmin | null;
}

/** Throws `SettingsError` where keys of domains are in another zone than the one that is set. */
export async function openKeyZone(deps: OpenKeyZoneDeps): Promise<OpenedKeyZone> {
  const { settings, store, log, clock, random, dns } = deps;
  const { DKIM_ZONE: zone, DKIM_ZONE_SERVER: server, DKIM_ZONE_TSIG: tsig } = settings;
  const used = (await store.keyZone.zones()).find((one) => one !== zone);
  if (used !== undefined) throw zoneInUse(used);
  if (zone === null || server === null || tsig === null)
    return { hint: { zone: null, changed() {} }, keyZone: null, admin: null };
  const holder = randomUUID();
  const content = new StoreContent({ store, zone, clock });
  const keyZone = new KeyZone({
    zone,
    primary: new Primary({ server, zone, tsig, clock, random }),
    content,
    clock,
    timer: systemTimer,
    observer: createZoneLog({ store, log, clock }),
    holds: () => store.keyZone.lead(holder, KEY_ZONE_LIMITS.lease / 1000),
  });
  return {
    hint: { zone, changed: (owner) => keyZone.changed(owner) },
    keyZone,
    admin: new ZoneAdmin({
      zone,
      keyZone,
      content,
      clock,
      findProblem: () => findDelegationProblem(dns, zone),
    }),
  };
}

function zoneInUse(zone: string): SettingsError {
  return new SettingsError(
    `The setting DKIM_ZONE must be ${zone}, because keys of domains are in that zone: switch them back before you change it.`,
  );
}
