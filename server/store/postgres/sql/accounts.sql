-- query: list_accounts
SELECT content FROM accounts ORDER BY id

-- query: get_accounts
SELECT key.n, a.version, a.content
FROM unnest($1::bigint[]) WITH ORDINALITY AS key (id, n) JOIN accounts a ON a.id = key.id

-- query: get_logo
SELECT logo FROM accounts WHERE id = $1

-- query: next_account_ids
SELECT nextval('account_ids') AS id, nextval('token_ids') AS token

-- commit: create_account
tip AS (
  INSERT INTO accounts (id, content, suspended, last_event) VALUES ($2, $7, $8, cardinality($3::text[]))
  RETURNING last_event),
notices AS (INSERT INTO cursors (kind, account_id, id, position) SELECT 'notice', $2, 0, 0 FROM tip)

-- query: lock_first_account
-- Runs before create_first_account, which then sees what another server has created. The number is arbitrary.
SELECT pg_advisory_xact_lock(5318008051)

-- commit: create_first_account
tip AS (
  INSERT INTO accounts (id, content, suspended, last_event, token_count)
  SELECT $2, $7, false, cardinality($3::text[]), 1 WHERE NOT EXISTS (SELECT FROM accounts)
  RETURNING last_event),
token AS (INSERT INTO tokens (id, account_id, content, hash) SELECT $8, $2, $9, $10 FROM tip),
notices AS (INSERT INTO cursors (kind, account_id, id, position) SELECT 'notice', $2, 0, 0 FROM tip)

-- commit: update_account
-- $10 says whether the logo changes, and $11 is the new one.
tip AS (
  UPDATE accounts SET version = version + 1, content = $8, suspended = $9,
    logo = CASE WHEN $10 THEN $11 ELSE logo END, last_event = last_event + cardinality($3::text[])
  WHERE id = $2 AND version = $7
  RETURNING last_event)

-- query: hold_checks
-- Runs after update_account, whose lock on the account makes it see every check that was created before.
UPDATE checks SET held = $2 WHERE account_id = $1 AND held <> $2

-- commit: delete_account
-- $2 is the account whose log tells of it; 0 for none. $7 is the account to delete; $9 are admin tokens, all of which
-- have to exist still.
gone AS (
  DELETE FROM accounts WHERE id = $7 AND version = $8 AND NOT EXISTS (
    SELECT FROM unnest($9::bigint[]) AS admin (id) LEFT JOIN tokens t ON t.id = admin.id WHERE t.id IS NULL)
  RETURNING id),
teller AS (
  UPDATE accounts SET last_event = last_event + cardinality($3::text[])
  WHERE id = $2 AND id <> $7 AND EXISTS (SELECT FROM gone)
  RETURNING last_event),
tip AS (
  SELECT last_event FROM teller
  UNION ALL SELECT 0 FROM gone WHERE NOT EXISTS (SELECT FROM teller))
