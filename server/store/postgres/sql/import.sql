-- query: import_state
SELECT EXISTS (SELECT FROM accounts) OR EXISTS (SELECT FROM settings) AS used,
  EXISTS (SELECT FROM settings WHERE key = 'unfinished_import') AS unfinished

-- query: begin_import
INSERT INTO settings (key, value) VALUES ('unfinished_import', '') ON CONFLICT DO NOTHING

-- query: import_account
INSERT INTO accounts (id, content, suspended, domain_count, token_count, last_event, first_event, logo)
VALUES (:id, :content, :suspended, :domain_count, :token_count, :last_event, :first_event, :logo)

-- query: import_domains
WITH imported AS (
  SELECT * FROM unnest(
      :id::bigint[], :content::text[], :private_keys::text[], :times::text[], :next::timestamptz[], :evidence::text[])
    AS one (id, content, private_keys, times, next_at, evidence)),
domains AS (
  INSERT INTO domains (account_id, id, content, private_keys)
  SELECT :account, id, content::json, private_keys::bytea[] FROM imported)
INSERT INTO checks (account_id, domain_id, times, next_at, held, evidence)
SELECT :account, id, times::json, next_at, :suspended, evidence FROM imported

-- query: import_webhooks
INSERT INTO webhooks (account_id, id, content)
SELECT :account, id, content::json FROM unnest(:id::bigint[], :content::text[]) AS one (id, content)

-- query: import_cursors
INSERT INTO cursors (kind, account_id, id, position, failures, due_at, slow, wake_at, memo)
SELECT one.kind, :account, one.id, one.position, one.failures, one.due, one.slow, one.wake, one.memo::json
FROM unnest(
    :kind::text[], :id::bigint[], :position::bigint[], :failures::integer[], :due::timestamptz[], :slow::boolean[],
    :wake::timestamptz[], :memo::text[])
  AS one (kind, id, position, failures, due, slow, wake, memo)

-- query: import_tokens
INSERT INTO tokens (id, account_id, content, domain_id, hash, last_used_at)
SELECT one.id, :account, one.content::json, one.domain_id, one.hash, one.last_used_at
FROM unnest(:id::bigint[], :content::text[], :domain_id::bigint[], :hash::text[], :last_used_at::timestamptz[])
  AS one (id, content, domain_id, hash, last_used_at)

-- query: import_events
INSERT INTO events (account_id, id, content, audited, domain_id, at)
SELECT :account, one.id, one.content::json, one.audited, one.domain_id, one.at
FROM unnest(:id::bigint[], :content::text[], :audited::boolean[], :domain_id::bigint[], :at::timestamptz[])
  AS one (id, content, audited, domain_id, at)

-- query: import_installation
WITH next AS (
  SELECT setval('account_ids', :account, false), setval('token_ids', :token, false),
    setval('domain_ids', :domain, false))
INSERT INTO settings (key, value)
SELECT 'secret_key_check', :secret_key_check::text FROM next WHERE :secret_key_check::text IS NOT NULL
ON CONFLICT DO NOTHING

-- query: import_retired_labels
INSERT INTO retired_labels (label, content, at)
SELECT one.label, one.content::json, one.at
FROM unnest(:label::text[], :content::text[], :retired_at::timestamptz[]) AS one (label, content, at)
ON CONFLICT DO NOTHING

-- query: end_import
DELETE FROM settings WHERE key = 'unfinished_import'

-- query: next_ids
SELECT account_ids.last_value + account_ids.is_called::integer AS account,
  token_ids.last_value + token_ids.is_called::integer AS token,
  domain_ids.last_value + domain_ids.is_called::integer AS domain
FROM account_ids, token_ids, domain_ids
