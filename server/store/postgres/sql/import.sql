-- query: import_state
SELECT EXISTS (SELECT FROM accounts) OR EXISTS (SELECT FROM settings) AS used,
  EXISTS (SELECT FROM settings WHERE key = 'unfinished_import') AS unfinished

-- query: begin_import
INSERT INTO settings (key, value) VALUES ('unfinished_import', '') ON CONFLICT DO NOTHING

-- query: import_account
WITH account AS (
  INSERT INTO accounts (id, content, suspended, domain_count, token_count, last_event, first_event, logo)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  RETURNING id)
INSERT INTO cursors (kind, account_id, id, position) SELECT 'notice', id, 0, $9 FROM account

-- query: import_domains
WITH imported AS (
  SELECT * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
    AS one (id, content, times, next_at, evidence)),
domains AS (INSERT INTO domains (account_id, id, content) SELECT $1, id, content::json FROM imported)
INSERT INTO checks (account_id, domain_id, times, next_at, held, evidence)
SELECT $1, id, times::json, next_at, $2, evidence FROM imported

-- query: import_tokens
INSERT INTO tokens (id, account_id, content, domain_id, hash, last_used_at)
SELECT one.id, $1, one.content::json, one.domain_id, one.hash, one.last_used_at
FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[])
  AS one (id, content, domain_id, hash, last_used_at)

-- query: import_events
INSERT INTO events (account_id, id, content, audited, domain_id, at)
SELECT $1, one.id, one.content::json, one.audited, one.domain_id, one.at
FROM unnest($2::bigint[], $3::text[], $4::boolean[], $5::bigint[], $6::timestamptz[])
  AS one (id, content, audited, domain_id, at)

-- query: import_installation
WITH next AS (SELECT setval('account_ids', $1, false), setval('token_ids', $2, false), setval('domain_ids', $3, false))
INSERT INTO settings (key, value) SELECT 'secret_key_check', $4::text FROM next WHERE $4::text IS NOT NULL
ON CONFLICT DO NOTHING

-- query: import_retired_labels
INSERT INTO retired_labels (label, content, at)
SELECT one.label, one.content::json, one.at
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS one (label, content, at)
ON CONFLICT DO NOTHING

-- query: end_import
DELETE FROM settings WHERE key = 'unfinished_import'

-- query: next_ids
SELECT account_ids.last_value + account_ids.is_called::integer AS account,
  token_ids.last_value + token_ids.is_called::integer AS token,
  domain_ids.last_value + domain_ids.is_called::integer AS domain
FROM account_ids, token_ids, domain_ids
