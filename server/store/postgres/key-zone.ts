import type { KeyZoneStore, RetiredLabel } from '../interface/key-zone.ts';
import type { Commits } from './commits.ts';
import { sql } from './sql.ts';

/** A trigger retires labels, in the transaction that takes them from their domains. */
export function keyZoneIn(commits: Commits): KeyZoneStore {
  return {
    async retired() {
      const rows = await commits.read<{ content: RetiredLabel; retired_at: string }>(sql('retired_labels'));
      return rows.map(({ content, retired_at }) => ({ ...content, retired_at }));
    },
    async zones() {
      return (await commits.read<{ zone: string }>(sql('delegated_zones'))).map(({ zone }) => zone);
    },
    async lead(holder, seconds) {
      return (await commits.read(sql('lead_key_zone', { holder, seconds }))).length > 0;
    },
  };
}
