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
    const { now, limit, perAccount, lease, slow } = options;
    const query = sql('claim_cursors', kind, now, limit, lease, slow, perAccount);
    const rows = await this.#commits.read<ClaimedRow>(query);
    return rows.map((row) => ({ ...row, kind, lease }));
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

  async #move(move: Move): Promise<boolean> {
    return (await this.#commits.serve(() => this.#moves.get(move))) !== undefined;
  }
}
