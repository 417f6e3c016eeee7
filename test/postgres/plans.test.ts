import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, test } from 'vitest';
import { sqlForRows } from '../../server/store/postgres/sql.ts';
import { NOON } from '../store/rows.ts';
import { createDatabase } from './test-database.ts';

const cursor = { position: 1, failures: 0, due: null, slow: null, wake: null, memo: null };

/** Statements that calls share, with what one of them asks for. */
const shared = {
  create_domains: {
    name: 'a.example',
    limit: 0,
    content: '{}',
    private_keys: '{}',
    events: '[]',
    write: randomUUID(),
  },
  end_checks: { version: 1, before: null, evidence: '{}' },
  find_tokens: { hash: '' },
  find_wishes: { name: 'a.example', limit: 1, takes_id: false },
  get_accounts: {},
  get_domains: { version: 1 },
  move_cursors: { kind: 'notice', version: 1, lease: 60, ...cursor },
};

/** So many rows that PostgreSQL expects a plan for one key to cost less than one for any number. */
const ROWS = `
  INSERT INTO accounts (id, content, suspended, last_event) SELECT n, '{}', false, 0 FROM generate_series(1, 2000) AS n;
  INSERT INTO tokens (id, account_id, content, hash) SELECT id, id, '{}', id FROM accounts;
  INSERT INTO domains (account_id, id, content) SELECT id, id, '{"domain":"b.example","verified":false}' FROM accounts;
  INSERT INTO checks (account_id, domain_id, held) SELECT id, id, false FROM accounts;
  INSERT INTO cursors (kind, account_id, id, position) SELECT 'notice', id, 0, 0 FROM accounts;
  ANALYZE`;

test('PostgreSQL plans what calls share once, and not for each number of them', async () => {
  await using database = await createDatabase();
  await database.query(ROWS);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const [name, key] of Object.entries(shared)) {
    const query = sqlForRows(name, [{ account: 1, id: 1, times: null, next: NOON, ...key }]);
    // It tries five plans for what it is given before it keeps one.
    for (let at = 0; at < 10; at++) await client.query(query);
  }
  const { rows } = await client.query(
    'SELECT name, custom_plans::integer AS custom FROM pg_prepared_statements ORDER BY name',
  );
  expect(rows).toEqual(Object.keys(shared).map((name) => ({ name, custom: 5 })));
  await client.end();
});

test('the times of a check are read with its row, and only its evidence lies elsewhere', async () => {
  await using database = await createDatabase();
  const times = JSON.stringify({ checked_at: NOON, began_at: NOON, due: { 'dkim:1': NOON }, codes: {} });
  await database.query(`
    INSERT INTO accounts (id, content, suspended, last_event) VALUES (1, '{}', false, 0);
    INSERT INTO domains (account_id, id, content) VALUES (1, 1, '{"domain":"a.example","verified":false}');
    INSERT INTO checks (account_id, domain_id, held, times, evidence)
      VALUES (1, 1, false, '${times}', '${randomUUID().repeat(100)}')`);
  const [{ toast } = { toast: '' }] = await database.query<{ toast: string }>(
    "SELECT reltoastrelid::regclass AS toast FROM pg_class WHERE oid = 'checks'::regclass",
  );
  expect(await database.query(`SELECT DISTINCT chunk_id FROM ${toast}`)).toHaveLength(1);
});
