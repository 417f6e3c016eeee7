-- query: list_webhooks
SELECT version, content FROM webhooks WHERE account_id = $1 ORDER BY id

-- query: get_webhook
SELECT w.version, w.content, a.last_event
FROM webhooks w JOIN accounts a ON a.id = w.account_id
WHERE w.account_id = $1 AND w.id = $2

-- query: count_webhooks
-- Returns no row if the account does not exist.
SELECT last_event, (SELECT count(*) FROM webhooks WHERE account_id = $1) AS webhooks FROM accounts WHERE id = $1

-- commit: create_webhook
-- Changes nothing unless $9 is still the last event, which orders concurrent creates.
tip AS (
  UPDATE accounts SET last_event = last_event + cardinality($3::text[]) WHERE id = $2 AND last_event = $9
  RETURNING last_event),
webhook AS (INSERT INTO webhooks (account_id, id, content) SELECT $2, $7, $8 FROM tip),
cursor AS (INSERT INTO cursors (kind, account_id, id, position) SELECT 'webhook', $2, $7, $10 FROM tip)

-- commit: update_webhook
-- $11 says whether the cursor is taken from its holder and is due at once, from $10 if that is later.
webhook AS (
  UPDATE webhooks SET version = version + 1, content = $9 WHERE account_id = $2 AND id = $7 AND version = $8
  RETURNING id),
tip AS (
  UPDATE accounts SET last_event = last_event + cardinality($3::text[])
  WHERE id = $2 AND EXISTS (SELECT FROM webhook)
  RETURNING last_event),
cursor AS (
  UPDATE cursors
  SET version = version + 1, claimed_until = NULL, position = greatest(position, $10), failures = 0, due_at = NULL
  WHERE $11 AND kind = 'webhook' AND account_id = $2 AND id = $7 AND EXISTS (SELECT FROM tip))

-- commit: delete_webhook
gone AS (DELETE FROM webhooks WHERE account_id = $2 AND id = $7 AND version = $8 RETURNING id),
cursor AS (
  DELETE FROM cursors WHERE kind = 'webhook' AND account_id = $2 AND id IN (SELECT id FROM gone)),
tip AS (
  UPDATE accounts SET last_event = last_event + cardinality($3::text[])
  WHERE id = $2 AND EXISTS (SELECT FROM gone)
  RETURNING last_event)

-- query: add_deliveries
-- Leaves out those of webhooks that are gone.
INSERT INTO deliveries (account_id, webhook_id, content)
SELECT account_id, webhook_id, content::json
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY AS one (account_id, webhook_id, content, n)
WHERE EXISTS (
  SELECT FROM webhooks w WHERE w.account_id = one.account_id AND w.id = one.webhook_id FOR KEY SHARE)
ORDER BY n

-- query: drop_deliveries
-- Keeps the last $3 of each of the webhooks.
DELETE FROM deliveries d
USING (SELECT DISTINCT account_id, id FROM unnest($1::bigint[], $2::bigint[]) AS one (account_id, id)) AS webhook
WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id AND d.id <= (
  SELECT id FROM deliveries
  WHERE account_id = webhook.account_id AND webhook_id = webhook.id
  ORDER BY id DESC OFFSET $3 LIMIT 1)

-- query: list_deliveries
SELECT id, content FROM deliveries WHERE account_id = $1 AND webhook_id = $2 ORDER BY id DESC LIMIT $3

-- query: has_webhooks
SELECT EXISTS (SELECT FROM webhooks) AS has_webhooks

-- query: claim_cursors
-- $1 is the kind, $2 what is due, $3 how many, $4 the lease in seconds, $5 whether slow ones, and $6 how many an
-- account can hold of these. SKIP LOCKED passes over those that another server is claiming.
WITH ready AS (
  SELECT c.account_id, c.id, c.claimed_at,
    row_number() OVER (PARTITION BY c.account_id ORDER BY c.claimed_at NULLS FIRST) + (
      SELECT count(*) FROM cursors held
      WHERE held.kind = $1 AND held.account_id = c.account_id AND held.slow IS NOT DISTINCT FROM $5
        AND held.claimed_until > clock_timestamp()) AS turn
  FROM cursors c JOIN accounts a
      ON a.id = c.account_id AND NOT a.suspended AND (a.last_event > c.position OR c.wake_at <= $2)
    LEFT JOIN webhooks w ON c.kind = 'webhook' AND w.account_id = c.account_id AND w.id = c.id
  WHERE c.kind = $1 AND c.slow IS NOT DISTINCT FROM $5 AND (c.due_at IS NULL OR c.due_at <= $2)
    AND (c.claimed_until IS NULL OR c.claimed_until <= clock_timestamp()) AND coalesce(w.enabled, true)),
free AS (
  SELECT account_id, id
  FROM (SELECT * FROM ready WHERE turn <= $6 ORDER BY turn, claimed_at NULLS FIRST) AS ready, LATERAL (
    SELECT FROM cursors c
    WHERE c.kind = $1 AND c.account_id = ready.account_id AND c.id = ready.id
      AND (c.claimed_until IS NULL OR c.claimed_until <= clock_timestamp())
    FOR UPDATE SKIP LOCKED) AS unheld
  LIMIT $3)
UPDATE cursors c
SET version = version + 1, claimed_at = clock_timestamp(), claimed_until = clock_timestamp() + make_interval(secs => $4)
FROM free WHERE c.kind = $1 AND c.account_id = free.account_id AND c.id = free.id
RETURNING c.account_id AS account, c.id, c.version, c.position, c.failures, c.due_at AS due, c.slow,
  c.wake_at AS wake, c.memo

-- query: move_cursors
-- A lease of 0 releases.
UPDATE cursors c
SET position = moved.position, failures = moved.failures, due_at = moved.due, slow = moved.slow,
  wake_at = moved.wake, memo = moved.memo::json,
  claimed_until = CASE WHEN moved.lease > 0 THEN clock_timestamp() + make_interval(secs => moved.lease) END
FROM unnest(
    $1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[], $7::timestamptz[],
    $8::boolean[], $9::timestamptz[], $10::text[], $11::integer[])
  WITH ORDINALITY AS moved (
    kind, account_id, id, version, position, failures, due, slow, wake, memo, lease, n)
WHERE c.kind = moved.kind AND c.account_id = moved.account_id AND c.id = moved.id AND c.version = moved.version
  AND c.claimed_until > clock_timestamp()
RETURNING moved.n

-- query: cursor_position
SELECT position FROM cursors WHERE kind = $1 AND account_id = $2 AND id = $3

-- query: webhook_backlog
SELECT count(*) FILTER (WHERE NOT w.enabled) AS disabled, min(next.at) AS oldest
FROM webhooks w
  JOIN cursors c ON c.kind = 'webhook' AND c.account_id = w.account_id AND c.id = w.id
  JOIN accounts a ON a.id = w.account_id AND NOT a.suspended
  LEFT JOIN LATERAL (
    SELECT e.at FROM events e
    WHERE w.enabled AND c.position < a.last_event AND e.account_id = w.account_id AND e.id > c.position
    ORDER BY e.id LIMIT 1) AS next ON true

-- query: import_webhooks
WITH webhooks AS (
  INSERT INTO webhooks (account_id, id, content)
  SELECT $1, id, content::json FROM unnest($2::bigint[], $3::text[]) AS one (id, content))
INSERT INTO cursors (kind, account_id, id, position)
SELECT 'webhook', $1, id, after FROM unnest($2::bigint[], $4::bigint[]) AS one (id, after)
