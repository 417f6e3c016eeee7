import type { Cursor, CursorState, CursorStore } from '../interface/cursors.ts';
import type { Commits } from './commits.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** A cursor with its new state; the memo is JSON. A lease of 0 releases it. */
type Move = Omit<Cursor, 'memo'> & { readonly memo: string };

/** Leases end by the database's clock, which all servers share. */
export function cursorsIn(database: Database, commits: Commits): CursorStore {
  const moves = database.share<Move, object>('move_cursors');
  const move = async (cursor: Cursor, state: CursorState, lease: number) => {
    const moved = { ...cursor, ...state, memo: JSON.stringify(state.memo), lease };
    return (await commits.serve(() => moves.get(moved))) !== undefined;
  };
  return {
    async claim(kind, { now, limit, lease, perAccount: per_account, slow }) {
      const query = sql('claim_cursors', { kind, now, limit, lease, slow, per_account });
      const rows = await commits.read<Omit<Cursor, 'kind' | 'lease'>>(query);
      return rows.map((row) => ({ ...row, kind, lease }));
    },
    async position(kind, account, id) {
      const [row] = await commits.read<CursorState>(sql('cursor_position', { kind, account, id }));
      return row?.position ?? 0;
    },
    advance: (cursor, state) => move(cursor, state, cursor.lease),
    release: (cursor, state) => move(cursor, state, 0),
  };
}
