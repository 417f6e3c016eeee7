import { DATABASE_LIMITS } from '../../limits.ts';
import type { Cursor, CursorState, CursorStore, WebhookBacklog } from '../interface/cursors.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

export interface Cursors extends CursorStore {
  /** There is a webhook now. */
  webhookCreated(): void;
}

/** Leases end by the database's clock, which all servers share. */
export function cursorsIn(database: Database, commits: Commits): Cursors {
  const moves = database.share<object>('move_cursors');
  const webhooks = new WebhookPresence(commits);
  /** A lease of 0 releases the cursor. */
  const move = async (cursor: Cursor, state: CursorState, lease: number) => {
    const moved = { ...cursor, ...state, memo: JSON.stringify(state.memo), lease };
    return (await commits.serve(() => moves.get(moved))) !== undefined;
  };
  return {
    async claim(kind, { now, latest, limit, lease, perAccount: per_account, slow }) {
      if (kind === 'webhook' && !(await webhooks.areThere())) return [];
      const query = sql('claim_cursors', { kind, now, latest, limit, lease, slow, per_account });
      const rows = await commits.read<Omit<Cursor, 'kind' | 'lease'>>(query);
      return rows.map((row) => ({ ...row, kind, lease }));
    },
    async state(kind, account, id) {
      const [state] = await commits.read<CursorState>(sql('get_cursor', { kind, account, id }));
      return state;
    },
    advance: (cursor, state) => move(cursor, state, cursor.lease),
    release: (cursor, state) => move(cursor, state, 0),
    webhookCreated: () => webhooks.note(true),
    async webhookBacklog() {
      const [backlog] = await commits.read<WebhookBacklog>(sql('webhook_backlog'));
      return backlog ?? { disabled: 0, oldest: null };
    },
  };
}

/** Whether there is any webhook: without one, no event has to be looked at for those that could take it. */
class WebhookPresence {
  readonly #commits: Commits;
  /** Until when it counts, by `performance.now`. */
  #known = { any: false, until: 0 };
  #asking: Promise<void> | null = null;

  constructor(commits: Commits) {
    this.#commits = commits;
  }

  async areThere(): Promise<boolean> {
    if (performance.now() >= this.#known.until) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = null;
      });
      await this.#asking;
    }
    return this.#known.any;
  }

  note(any: boolean): void {
    const age = any ? DATABASE_LIMITS.webhooksAge : DATABASE_LIMITS.noWebhooksAge;
    this.#known = { any, until: performance.now() + age };
  }

  async #ask(): Promise<void> {
    const before = this.#known;
    const [answer] = await this.#commits.read<{ readonly has_webhooks: boolean }>(sql('has_webhooks'));
    // One may have been created meanwhile.
    if (this.#known === before) this.note(answer?.has_webhooks === true);
  }
}
