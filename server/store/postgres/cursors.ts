import { DATABASE_LIMITS } from '../../limits.ts';
import type { SharedQuery } from '../shared-query.ts';
import type { Cursor, CursorKind, CursorState, CursorStore, WebhookBacklog } from '../store.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { columns, sql } from './sql.ts';

type ClaimedRow = Omit<Cursor, 'kind' | 'lease'>;

/** A cursor with its new state. A lease of 0 releases it. */
type Move = Cursor & CursorState;

/** Leases end by the database's clock, which all servers share. */
export class Cursors implements CursorStore {
  readonly #commits: Commits;
  /** Whether there is any webhook, and until when that counts, by `performance.now`. */
  #webhooks = { any: false, until: 0 };
  #asking: Promise<void> | null = null;
  readonly #moves: SharedQuery<Move, { readonly n: number }>;

  constructor(database: Database, commits: Commits) {
    this.#commits = commits;
    this.#moves = database.share('move_cursors', (moves) =>
      columns(
        moves.map((move) => ({ ...move, memo: JSON.stringify(move.memo) })),
        ...([
          'kind',
          'account',
          'id',
          'version',
          'position',
          'failures',
          'due',
          'slow',
          'wake',
          'memo',
          'lease',
        ] as const),
      ),
    );
  }

  async claim(...[kind, options]: Parameters<CursorStore['claim']>): Promise<readonly Cursor[]> {
    if (kind === 'webhook' && !(await this.#hasWebhooks())) return [];
    const { now, limit, perAccount, lease, slow } = options;
    const query = sql('claim_cursors', kind, now, limit, lease, slow, perAccount);
    const rows = await this.#commits.read<ClaimedRow>(query);
    return rows.map((row) => ({ ...row, kind, lease }));
  }

  /** There is a webhook now. */
  webhookCreated(): void {
    this.#noteWebhooks(true);
  }

  async webhookBacklog(): Promise<WebhookBacklog> {
    const [backlog] = await this.#commits.read<WebhookBacklog>(sql('webhook_backlog'));
    return backlog ?? { disabled: 0, oldest: null };
  }

  async position(kind: CursorKind, account: number, id: number): Promise<number> {
    const [row] = await this.#commits.read<CursorState>(sql('cursor_position', kind, account, id));
    return row?.position ?? 0;
  }

  advance(cursor: Cursor, state: CursorState): Promise<boolean> {
    return this.#move({ ...cursor, ...state, lease: cursor.lease });
  }

  release(cursor: Cursor, state: CursorState): Promise<boolean> {
    return this.#move({ ...cursor, ...state, lease: 0 });
  }

  /** An installation without webhooks does not look at each event for some that could take it. */
  async #hasWebhooks(): Promise<boolean> {
    if (performance.now() >= this.#webhooks.until) {
      this.#asking ??= this.#askForWebhooks().finally(() => {
        this.#asking = null;
      });
      await this.#asking;
    }
    return this.#webhooks.any;
  }

  async #askForWebhooks(): Promise<void> {
    const before = this.#webhooks;
    const [answer] = await this.#commits.read<{ readonly has_webhooks: boolean }>(sql('has_webhooks'));
    // One may have been created meanwhile.
    if (this.#webhooks === before) this.#noteWebhooks(answer?.has_webhooks === true);
  }

  #noteWebhooks(any: boolean): void {
    const age = any ? DATABASE_LIMITS.webhooksAge : DATABASE_LIMITS.noWebhooksAge;
    this.#webhooks = { any, until: performance.now() + age };
  }

  async #move(move: Move): Promise<boolean> {
    return (await this.#commits.serve(() => this.#moves.get(move))) !== undefined;
  }
}
