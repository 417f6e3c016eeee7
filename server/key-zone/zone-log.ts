import type { Logger } from 'pino';
import { MONITOR } from '../actors.ts';
import { type Clock, toInstant } from '../instant.ts';
import { domainEvent } from '../store/domain-event.ts';
import type { DomainRef } from '../store/interface/domain-row.ts';
import type { Store } from '../store/store.ts';
import { describeFailure } from './describe-failure.ts';
import type { KeyZoneObserver } from './key-zone.ts';
import type { Difference } from './zone-content.ts';

interface ZoneLogDeps {
  readonly store: Pick<Store, 'domains'>;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Names that one event lists: a label has two, and others only if somebody added them. */
const MAX_NAMES = 5;

/**
 * Tells the operator's log how the zone fares, and the log of an account where one of its names had something else. That a
 * name was merely not there yet is what a crash leaves behind.
 */
export function createZoneLog({ store, log, clock }: ZoneLogDeps): KeyZoneObserver {
  const tell = ({ account, id }: DomainRef, names: readonly string[]) =>
    store.domains.update(account, id, (row) => {
      const changes = { names: names.slice(0, MAX_NAMES), count: names.length };
      const cause = { actor: MONITOR, at: toInstant(clock()) };
      return { row, events: [domainEvent('zone.drift', row, cause, changes)] };
    });
  return {
    failed: (failure) => log.error({ failure }, describeFailure(failure)),
    recovered: () => log.info('the key zone is up to date again'),
    async repaired(differences) {
      log.warn({ names: differences.length }, 'the key zone had other records at our names and was repaired');
      for (const [owner, names] of driftOf(differences)) await tell(owner, names);
    },
  };
}

function driftOf(differences: readonly Difference[]): Map<DomainRef, string[]> {
  const byOwner = new Map<string, [DomainRef, string[]]>();
  for (const { owner, name, found } of differences) {
    if (owner === null || found.length === 0) continue;
    const key = `${owner.account}/${owner.id}`;
    byOwner.set(key, [owner, [...(byOwner.get(key)?.[1] ?? []), name]]);
  }
  return new Map(byOwner.values());
}
