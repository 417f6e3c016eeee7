-- query: list_webhooks
SELECT version, content FROM webhooks WHERE account_id = :account ORDER BY id

-- query: get_webhook
SELECT w.version, w.content, a.last_event
FROM webhooks w JOIN accounts a ON a.id = w.account_id
WHERE w.account_id = :account AND w.id = :id

-- query: count_webhooks
-- Returns no row if the account does not exist.
SELECT last_event, (SELECT count(*) FROM webhooks WHERE account_id = :account) AS webhooks
FROM accounts WHERE id = :account

-- commit: create_webhook
-- Changes nothing unless :last is still the last event, which orders concurrent creates.
tip AS (
  UPDATE accounts SET last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND last_event = :last
  RETURNING last_event),
webhook AS (INSERT INTO webhooks (account_id, id, content) SELECT :account, :id, :content FROM tip),
cursor AS (INSERT INTO cursors (kind, account_id, id, position) SELECT 'webhook', :account, :id, :after FROM tip)

-- commit: update_webhook
-- :resets says whether the cursor is taken from its holder and is due at once, from :after if that is later.
webhook AS (
  UPDATE webhooks SET version = version + 1, content = :content
  WHERE account_id = :account AND id = :id AND version = :version
  RETURNING id),
tip AS (
  UPDATE accounts SET last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND EXISTS (SELECT FROM webhook)
  RETURNING last_event),
cursor AS (
  UPDATE cursors
  SET version = version + 1, claimed_until = NULL, position = greatest(position, :after), failures = 0, due_at = NULL
  WHERE :resets AND kind = 'webhook' AND account_id = :account AND id = :id AND EXISTS (SELECT FROM tip))

-- commit: delete_webhook
gone AS (DELETE FROM webhooks WHERE account_id = :account AND id = :id AND version = :version RETURNING id),
cursor AS (
  DELETE FROM cursors WHERE kind = 'webhook' AND account_id = :account AND id IN (SELECT id FROM gone)),
tip AS (
  UPDATE accounts SET last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND EXISTS (SELECT FROM gone)
  RETURNING last_event)

-- query: add_deliveries
-- Leaves out those of webhooks that are gone.
INSERT INTO deliveries (account_id, webhook_id, content)
SELECT account_id, webhook_id, content::json
FROM unnest(:account::bigint[], :webhook::bigint[], :content::text[])
  WITH ORDINALITY AS one (account_id, webhook_id, content, n)
WHERE EXISTS (
  SELECT FROM webhooks w WHERE w.account_id = one.account_id AND w.id = one.webhook_id FOR KEY SHARE)
ORDER BY n

-- query: drop_deliveries
-- Keeps the last :kept of each of the webhooks.
DELETE FROM deliveries d
USING (
  SELECT DISTINCT account_id, id FROM unnest(:account::bigint[], :webhook::bigint[]) AS one (account_id, id)) AS webhook
WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id AND d.id <= (
  SELECT id FROM deliveries
  WHERE account_id = webhook.account_id AND webhook_id = webhook.id
  ORDER BY id DESC OFFSET :kept LIMIT 1)

-- query: list_deliveries
SELECT id, content FROM deliveries WHERE account_id = :account AND webhook_id = :id ORDER BY id DESC LIMIT :limit

-- query: has_webhooks
SELECT EXISTS (SELECT FROM webhooks) AS has_webhooks

-- query: claim_cursors
-- :limit cursors of a :kind for :lease seconds, slow ones or others, of which an account can hold :per_account. SKIP
-- LOCKED passes over those that another server is claiming. What is planned for after :latest was planned by a clock
-- that was ahead.
WITH ready AS (
  SELECT c.account_id, c.id, c.claimed_at,
    row_number() OVER (PARTITION BY c.account_id ORDER BY c.claimed_at NULLS FIRST) + (
      SELECT count(*) FROM cursors held
      WHERE held.kind = :kind AND held.account_id = c.account_id AND held.slow IS NOT DISTINCT FROM :slow
        AND held.claimed_until > clock_timestamp()) AS turn
  FROM cursors c JOIN accounts a
      ON a.id = c.account_id AND NOT a.suspended AND (
        a.last_event > c.position OR c.wake_at <= :now OR c.wake_at > :latest)
    LEFT JOIN webhooks w ON c.kind = 'webhook' AND w.account_id = c.account_id AND w.id = c.id
  WHERE c.kind = :kind AND c.slow IS NOT DISTINCT FROM :slow
    AND (c.due_at IS NULL OR c.due_at <= :now OR c.due_at > :latest)
    AND (c.claimed_until IS NULL OR c.claimed_until <= clock_timestamp()) AND coalesce(w.enabled, true)),
free AS (
  SELECT account_id, id
  FROM (SELECT * FROM ready WHERE turn <= :per_account ORDER BY turn, claimed_at NULLS FIRST) AS ready, LATERAL (
    SELECT FROM cursors c
    WHERE c.kind = :kind AND c.account_id = ready.account_id AND c.id = ready.id
      AND (c.claimed_until IS NULL OR c.claimed_until <= clock_timestamp())
    FOR UPDATE SKIP LOCKED) AS unheld
  LIMIT :limit)
UPDATE cursors c
SET version = version + 1, claimed_at = clock_timestamp(),
  claimed_until = clock_timestamp() + make_interval(secs => :lease)
FROM free WHERE c.kind = :kind AND c.account_id = free.account_id AND c.id = free.id
RETURNING c.account_id AS account, c.id, c.version, c.position, c.failures, c.due_at AS due, c.slow,
  c.wake_at AS wake, c.memo

-- query: move_cursors
-- A lease of 0 releases.
UPDATE cursors c
SET position = moved.position, failures = moved.failures, due_at = moved.due, slow = moved.slow,
  wake_at = moved.wake, memo = moved.memo::json,
  claimed_until = CASE WHEN moved.lease > 0 THEN clock_timestamp() + make_interval(secs => moved.lease) END
FROM unnest(
    (SELECT :kind::text[]), :account::bigint[], :id::bigint[], :version::bigint[], :position::bigint[],
    :failures::integer[], :due::timestamptz[], :slow::boolean[], :wake::timestamptz[], :memo::text[], :lease::integer[])
  WITH ORDINALITY AS moved (
    kind, account_id, id, version, position, failures, due, slow, wake, memo, lease, n)
WHERE c.kind = moved.kind AND c.account_id = moved.account_id AND c.id = moved.id AND c.version = moved.version
  AND c.claimed_until > clock_timestamp()
RETURNING moved.n

-- query: get_cursor
SELECT position, failures, due_at AS due, slow, wake_at AS wake, memo FROM cursors
WHERE kind = :kind AND account_id = :account AND id = :id

-- query: webhook_backlog
SELECT count(*) FILTER (WHERE NOT w.enabled) AS disabled, min(next.at) AS oldest
FROM webhooks w
  JOIN cursors c ON c.kind = 'webhook' AND c.account_id = w.account_id AND c.id = w.id
  JOIN accounts a ON a.id = w.account_id AND NOT a.suspended
  LEFT JOIN LATERAL (
    SELECT e.at FROM events e
    WHERE w.enabled AND c.position < a.last_event AND e.account_id = w.account_id AND e.id > c.position
    ORDER BY e.id LIMIT 1) AS next ON true
