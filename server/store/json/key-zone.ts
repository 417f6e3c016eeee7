import type { KeyZoneStore } from '../interface/key-zone.ts';
import type { StoreParts } from './parts.ts';

/** Labels are retired in the file of the account whose domain they were, and with it move to `installation.json`. */
export function keyZoneIn({ tasks, files, installation }: StoreParts): KeyZoneStore {
  return {
    retired: () =>
      tasks.look(() => {
        const ofAccounts = [...files.loaded].flatMap((account) => account.retiredLabels({ all: false }));
        return [...installation.state.retired_labels, ...ofAccounts].sort((one, other) =>
          one.label < other.label ? -1 : 1,
        );
      }),

    zones: () =>
      tasks.look(() => {
        const zones = new Set<string>();
        for (const { state } of files.loaded)
          for (const { delegation, keys } of state.domains)
            if (delegation !== null && keys.some(({ published_as }) => published_as === 'cname'))
              zones.add(delegation.zone);
        return [...zones];
      }),

    // There is no other process.
    lead: async () => true,
  };
}
