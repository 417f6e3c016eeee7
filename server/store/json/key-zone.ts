import type { KeyZoneStore, RetiredLabel } from '../interface/key-zone.ts';
import type { PendingTasks } from '../tasks.ts';
import type { AccountFiles } from './account-files.ts';
import type { Installation } from './installation.ts';

interface KeyZoneDeps {
  readonly tasks: PendingTasks;
  readonly files: AccountFiles;
  readonly installation: Installation;
}

/** Labels are retired in the file of the account whose domain they were, and with it move to `installation.json`. */
export class KeyZone implements KeyZoneStore {
  readonly #deps: KeyZoneDeps;

  constructor(deps: KeyZoneDeps) {
    this.#deps = deps;
  }

  async retired(): Promise<readonly RetiredLabel[]> {
    const { tasks, files, installation } = this.#deps;
    tasks.assertOpen();
    const ofAccounts = [...files.loaded].flatMap((account) => account.retiredLabels({ all: false }));
    return [...installation.retiredLabels, ...ofAccounts].sort((one, other) =>
      one.label < other.label ? -1 : 1,
    );
  }

  async zones(): Promise<readonly string[]> {
    this.#deps.tasks.assertOpen();
    const zones = new Set<string>();
    for (const { domains } of this.#deps.files.loaded)
      for (const { delegation, keys } of domains)
        if (delegation !== null && keys.some(({ published_as }) => published_as === 'cname'))
          zones.add(delegation.zone);
    return [...zones];
  }

  /** There is no other process. */
  async lead(): Promise<boolean> {
    return true;
  }
}
