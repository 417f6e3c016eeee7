-- query: list_accounts
SELECT content FROM accounts ORDER BY id

-- query: get_accounts
SELECT key.n, a.version, a.content
FROM unnest((SELECT :id::bigint[])) WITH ORDINALITY AS key (id, n) JOIN accounts a ON a.id = key.id

-- query: get_logo
SELECT logo FROM accounts WHERE id = :id

-- query: next_account_ids
SELECT nextval('account_ids') AS id, nextval('token_ids') AS token

-- commit: create_account
tip AS (
  INSERT INTO accounts (id, content, suspended, last_event)
  VALUES (:account, :content, :suspended, json_array_length(:events::json))
  RETURNING last_event),
notices AS (INSERT INTO cursors (kind, account_id, id, position) SELECT 'notice', :account, 0, 0 FROM tip)

-- query: lock_first_account
-- Runs before create_first_account, which then sees what another server has created. The number is arbitrary.
SELECT pg_advisory_xact_lock(5318008051)

-- commit: create_first_account
tip AS (
  INSERT INTO accounts (id, content, suspended, last_event, token_count)
  SELECT :account, :content, false, json_array_length(:events::json), 1 WHERE NOT EXISTS (SELECT FROM accounts)
  RETURNING last_event),
token AS (INSERT INTO tokens (id, account_id, content, hash) SELECT :token, :account, :token_content, :hash FROM tip),
notices AS (INSERT INTO cursors (kind, account_id, id, position) SELECT 'notice', :account, 0, 0 FROM tip)

-- commit: update_account
-- :replaces_logo says whether the logo changes, and :logo is the new one.
tip AS (
  UPDATE accounts SET version = version + 1, content = :content, suspended = :suspended,
    logo = CASE WHEN :replaces_logo THEN :logo ELSE logo END, last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND version = :version
  RETURNING last_event)

-- query: hold_checks
-- Runs after update_account, whose lock on the account makes it see every check that was created before.
UPDATE checks SET held = :held WHERE account_id = :account AND held <> :held

-- commit: delete_account
-- :account is the account whose log tells of it; 0 for none. :id is the account to delete. :admins are admin tokens, all
-- of which have to exist still.
gone AS (
  DELETE FROM accounts WHERE id = :id AND version = :version AND NOT EXISTS (
    SELECT FROM unnest(:admins::bigint[]) AS admin (id) LEFT JOIN tokens t ON t.id = admin.id WHERE t.id IS NULL)
  RETURNING id),
teller AS (
  UPDATE accounts SET last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND id <> :id AND EXISTS (SELECT FROM gone)
  RETURNING last_event),
tip AS (
  SELECT last_event FROM teller
  UNION ALL SELECT 0 FROM gone WHERE NOT EXISTS (SELECT FROM teller))
