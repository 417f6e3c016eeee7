import { MONITOR } from '../actors.ts';
import { type Clock, toInstant } from '../instant.ts';
import { isRotationDue } from '../keys/rotation.ts';
import type { CheckObserver, CheckReport } from '../monitor/run-check.ts';
import type { KeyRotation, KeyZoneHint } from './key-rotation.ts';

interface KeyRenewalDeps {
  readonly keys: Pick<KeyRotation, 'rotate'>;
  readonly keyZone: KeyZoneHint;
  /** Days after which a key in the key zone is rotated; null: not by its age. */
  readonly maxAge: number | null;
  readonly clock: Clock;
}

/** What follows from a check of a domain whose keys are in the key zone: the zone is brought up to date, keys are rotated. */
export class KeyRenewal implements Pick<CheckObserver, 'checked'> {
  readonly #deps: KeyRenewalDeps;

  constructor(deps: KeyRenewalDeps) {
    this.#deps = deps;
  }

  checked({ row, verdicts, events }: CheckReport): void {
    const { keys, keyZone, maxAge, clock } = this.#deps;
    if (row.delegation === null) return;
    const isBehind = Object.values(verdicts).some(
      ({ code }) => code === 'TARGET_MISSING' || code === 'TARGET_STALE',
    );
    if (isBehind || events.some(({ type }) => type.startsWith('key.')))
      keyZone.changed({ account: row.account_id, id: row.id });
    // Where it cannot be done now, the next check tries again.
    if (isRotationDue(row, maxAge, toInstant(clock()))) void keys.rotate(row, MONITOR).catch(() => {});
  }
}
