import { readdirSync, readFileSync } from 'node:fs';
import { isAudited } from '../audited-events.ts';
import type { NewEvent } from '../interface/events.ts';

/** A prepared statement: PostgreSQL plans it once a connection. */
export interface Query {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const FOLDER = new URL('sql/', import.meta.url);

const texts = new Map(readdirSync(FOLDER).flatMap(readStatements));

/**
 * Returns a statement of `sql/` with its parameters. Statements never select `*`: a column that a later version adds
 * would invalidate them.
 */
export function sql(name: string, ...values: readonly unknown[]): Query {
  const text = texts.get(name);
  if (text === undefined) throw new Error(`There is no SQL statement ${name}.`);
  return { name, text, values };
}

/** `-- query: <name>` begins a statement as it is, `-- commit: <name>` the first part of a commit. */
function readStatements(file: string): [string, string][] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const [, ...parts] = text.split(/^-- (?=query|commit)/m);
  return parts.map((part) => {
    const [, kind, name = '', body = ''] = /^(query|commit): (\w+)\n(.*)$/s.exec(part) ?? [];
    return [name, kind === 'commit' ? commitText(body) : body];
  });
}

/**
 * A change and its events as one statement. The change consists of CTEs. One of them is `tip`, the account's
 * `last_event` after the change; it has no row if the change does not apply, and 0 if no account is told of it. `$1` is
 * the id of the write, `$2` the account, and `$3` to `$6` its events. The lock on the account's row orders all its
 * commits, so that events become visible in the order of their ids.
 */
function commitText(change: string): string {
  return `WITH ${change},
    told AS (
      INSERT INTO events (account_id, id, content, audited, domain_id, at)
      SELECT $2, tip.last_event - cardinality($3::text[]) + e.n, e.content::json, e.audited, e.domain_id, e.at
      FROM tip, unnest($3::text[], $4::boolean[], $5::bigint[], $6::timestamptz[])
        WITH ORDINALITY AS e (content, audited, domain_id, at, n)
      WHERE tip.last_event > 0),
    noted AS (INSERT INTO writes (id, last_event) SELECT $1, last_event FROM tip)
    SELECT last_event FROM tip`;
}

/** The parameters of events. */
export function eventColumns(events: readonly NewEvent[]): unknown[] {
  const rows = events.map(({ type, domain, actor, at, changes }) => ({
    content: JSON.stringify({ type, domain, actor, at, changes }),
    audited: isAudited(type),
    domain: domain?.id ?? null,
    at,
  }));
  return columns(rows, 'content', 'audited', 'domain', 'at');
}

/** An array for each column, as `unnest` takes them. */
export function columns<Row>(rows: readonly Row[], ...names: (keyof Row)[]): unknown[] {
  return names.map((name) => rows.map((row) => row[name]));
}
