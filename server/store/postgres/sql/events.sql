-- query: list_events
-- An empty page is one row without an event.
SELECT a.first_event, a.last_event, e.id, e.content,
  :after = 0 OR EXISTS (SELECT FROM events WHERE account_id = :account AND id = :after) AS after_is_kept
FROM accounts a LEFT JOIN LATERAL (
  SELECT id, content FROM events
  WHERE account_id = :account AND id > :after AND (:domain::bigint IS NULL OR domain_id = :domain)
  ORDER BY id LIMIT :limit) e ON true
WHERE a.id = :account ORDER BY e.id

-- query: last_events
SELECT id, last_event FROM accounts WHERE id = ANY (:accounts::bigint[])

-- query: truncate_events
-- Keeps the last :kept to :kept * 2 events of each account, and audited ones for at least :audited_seconds seconds.
WITH truncated AS (
  UPDATE accounts SET first_event = last_event - :kept + 1 WHERE last_event - first_event >= :kept * 2
  RETURNING id, first_event),
ordinary AS (
  DELETE FROM events e USING truncated t
  WHERE e.account_id = t.id AND e.id < t.first_event AND NOT e.audited)
DELETE FROM events e USING accounts a
WHERE e.audited AND a.id = e.account_id AND e.id < a.first_event
  AND e.at < now() - make_interval(secs => :audited_seconds)
