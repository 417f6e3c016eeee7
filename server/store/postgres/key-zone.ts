import type { KeyZoneStore, RetiredLabel } from '../interface/key-zone.ts';
import type { Commits } from './commits.ts';
import { sql } from './sql.ts';

/** A trigger retires labels, in the transaction that takes them from their domains. */
export class KeyZone implements KeyZoneStore {
  readonly #commits: Commits;

  constructor(commits: Commits) {
    this.#commits = commits;
  }

  async retired(): Promise<readonly RetiredLabel[]> {
    const rows = await this.#commits.read<{ content: RetiredLabel; retired_at: string }>(
      sql('retired_labels'),
    );
    return rows.map(({ content, retired_at }) => ({ ...content, retired_at }));
  }

  async zones(): Promise<readonly string[]> {
    const rows = await this.#commits.read<{ zone: string }>(sql('delegated_zones'));
    return rows.map(({ zone }) => zone);
  }

  async lead(holder: string, seconds: number): Promise<boolean> {
    return (await this.#commits.read(sql('lead_key_zone', holder, seconds))).length > 0;
  }
}
