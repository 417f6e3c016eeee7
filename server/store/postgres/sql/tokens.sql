-- query: find_tokens
SELECT key.n, t.content, t.last_used_at, a.content AS account
FROM unnest((SELECT :hash::text[])) WITH ORDINALITY AS key (hash, n)
  JOIN tokens t ON t.hash = key.hash JOIN accounts a ON a.id = t.account_id

-- query: get_token
SELECT content, last_used_at FROM tokens WHERE account_id = :account AND id = :id

-- query: list_tokens
SELECT content, last_used_at FROM tokens
WHERE account_id = :account AND domain_id IS NOT DISTINCT FROM :domain::bigint
ORDER BY id

-- query: next_token_id
-- Returns no row if the account, or the domain :domain, does not exist, and no id if the account is full.
SELECT CASE WHEN token_count < :limit THEN nextval('token_ids') END AS id
FROM accounts
WHERE id = :account AND (
  :domain::bigint IS NULL OR EXISTS (SELECT FROM domains WHERE account_id = :account AND id = :domain))

-- commit: create_token
-- Raises the version of a shared domain, so that a concurrent delete of it also tells of this link.
shared AS (
  UPDATE domains SET version = version + 1 WHERE account_id = :account AND id = :domain::bigint
  RETURNING id),
tip AS (
  UPDATE accounts SET token_count = token_count + 1, last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND token_count < :limit AND (:domain::bigint IS NULL OR EXISTS (SELECT FROM shared))
  RETURNING last_event),
token AS (
  INSERT INTO tokens (id, account_id, content, domain_id, hash)
  SELECT :id, :account, :content, :domain::bigint, :hash FROM tip)

-- commit: delete_token
-- :admins are admin tokens, all of which have to exist still.
gone AS (
  DELETE FROM tokens WHERE account_id = :account AND id = :id AND NOT EXISTS (
    SELECT FROM unnest(:admins::bigint[]) AS admin (id) LEFT JOIN tokens t ON t.id = admin.id WHERE t.id IS NULL)
  RETURNING domain_id),
shared AS (
  UPDATE domains d SET version = version + 1 FROM gone
  WHERE d.account_id = :account AND d.id = gone.domain_id),
tip AS (
  UPDATE accounts SET token_count = token_count - 1, last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND EXISTS (SELECT FROM gone)
  RETURNING last_event)

-- commit: subscribe
-- Changes nothing unless the subscriptions are still :before. Earlier documents have none.
token AS (
  UPDATE tokens SET content = :content
  WHERE account_id = :account AND id = :id
    AND coalesce(content -> 'subscriptions', '[]')::jsonb = :before::jsonb
  RETURNING id),
tip AS (
  UPDATE accounts SET last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND EXISTS (SELECT FROM token)
  RETURNING last_event)

-- query: lock_admins
-- Runs before a deletion of admin tokens, which then sees what another server has deleted. The number is arbitrary.
SELECT pg_advisory_xact_lock(5318008053)

-- query: list_admins
-- Whoever calls this looks at the scopes: a token's name can contain the word as well.
SELECT t.content FROM tokens t JOIN accounts a ON a.id = t.account_id
WHERE t.domain_id IS NULL AND NOT a.suspended AND t.content::text LIKE '%"admin"%'
ORDER BY t.id

-- query: touch_tokens
UPDATE tokens t SET last_used_at = used.at
FROM unnest(:id::bigint[], :at::timestamptz[]) AS used (id, at)
WHERE t.id = used.id AND (t.last_used_at IS NULL OR t.last_used_at < used.at)
