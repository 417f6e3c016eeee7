import { readdirSync, readFileSync } from 'node:fs';

/** A prepared statement: PostgreSQL plans it once a connection. */
export interface Query {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** The values of a statement's parameters, which are written as in psql (`:name`). */
export type Values = Readonly<Record<string, unknown>>;

interface Statement {
  readonly text: string;
  readonly parameters: readonly string[];
}

const FOLDER = new URL('sql/', import.meta.url);
const COMMIT = readFileSync(new URL('commit.sql', FOLDER), 'utf8');
const statements = new Map(readdirSync(FOLDER).flatMap(readStatements));

/**
 * Returns a statement of `sql/` with its values. Statements never select `*`: a column that a later version adds would
 * invalidate them.
 */
export function sql(name: string, values: Values = {}): Query {
  return bind(name, (parameter) => values[parameter]);
}

/** As `sql`. A parameter that is not in `values` is an array, as `unnest` takes it: that column of the rows. */
export function sqlForRows(name: string, rows: readonly Values[], values: Values = {}): Query {
  return bind(name, (parameter) =>
    parameter in values ? values[parameter] : rows.map((row) => row[parameter]),
  );
}

function bind(name: string, findValue: (parameter: string) => unknown): Query {
  const statement = statements.get(name);
  if (statement === undefined) throw new Error(`There is no SQL statement ${name}.`);
  const values = statement.parameters.map((parameter) => {
    const value = findValue(parameter);
    if (value === undefined) throw new Error(`${name} is not given :${parameter}.`);
    return value;
  });
  return { name, text: statement.text, values };
}

/** `-- query: <name>` begins a statement as it is, `-- commit: <name>` the change of a commit (see commit.sql). */
function readStatements(file: string): [string, Statement][] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const [, ...parts] = text.split(/^-- (?=query|commit)/m);
  return parts.map((part) => {
    const [, kind, name = '', body = ''] = /^(query|commit): (\w+)\n(.*)$/s.exec(part) ?? [];
    return [name, number(kind === 'commit' ? COMMIT.replace(':change', () => body) : body)];
  });
}

/** Numbers the parameters, as PostgreSQL wants it. Comments, strings and casts stay as they are. */
function number(sql: string): Statement {
  const parameters: string[] = [];
  const text = sql.replace(/--.*|'[^']*'|::|:(\w+)/g, (part: string, name: string | undefined) => {
    if (name === undefined) return part;
    if (!parameters.includes(name)) parameters.push(name);
    return `$${parameters.indexOf(name) + 1}`;
  });
  return { text, parameters };
}
