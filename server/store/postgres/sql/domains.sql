-- query: get_domains
-- Leaves out the content of a version that the server already has.
SELECT key.n, d.account_id AS account, d.id, d.version, c.times::text,
  CASE WHEN d.version = key.known THEN NULL ELSE d.content END AS content,
  CASE WHEN d.version = key.known THEN NULL ELSE d.private_keys::text END AS private_keys
FROM unnest((SELECT :account::bigint[]), :id::bigint[], :version::bigint[])
    WITH ORDINALITY AS key (account_id, id, known, n)
  JOIN domains d ON d.account_id = key.account_id AND d.id = key.id
  JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id

-- query: list_domains
SELECT d.account_id AS account, d.id, d.version, d.content, d.private_keys::text, c.times::text
FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
WHERE d.account_id = :account AND d.id > :after
  AND (:verified::boolean IS NULL OR d.verified = :verified) AND (:domains::text[] IS NULL OR d.domain = ANY (:domains))
ORDER BY d.id LIMIT :limit

-- query: named_domains
SELECT d.account_id AS account, d.id, d.version, d.content, d.private_keys::text, c.times::text
FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
WHERE d.domain = ANY (:names::text[]) ORDER BY d.id

-- query: find_wishes
-- Returns no row where the account does not exist. An id is given to a name that takes one and can be created.
SELECT key.n, d.id AS taken, coalesce(a.domain_count >= key.quota, false) AS full,
  CASE WHEN key.takes_id AND d.id IS NULL AND a.domain_count < key.quota THEN nextval('domain_ids') END AS id
FROM unnest((SELECT :account::bigint[]), :name::text[], :limit::bigint[], :takes_id::boolean[])
    WITH ORDINALITY AS key (account_id, name, quota, takes_id, n)
  JOIN accounts a ON a.id = key.account_id
  LEFT JOIN domains d ON d.account_id = a.id AND d.domain = key.name

-- query: create_domains
-- As a commit (see commit.sql), for domains of different accounts. Returns no row for one that cannot be created.
-- Servers that lock the same accounts do so in the same order.
WITH wanted AS (
  SELECT * FROM unnest(
      (SELECT :account::bigint[]), :id::bigint[], :name::text[], :limit::bigint[], :content::text[], :private_keys::text[],
      :times::text[], :next::timestamptz[], :events::text[], :write::uuid[])
    WITH ORDINALITY AS one (account_id, id, name, quota, content, private_keys, times, next_at, events, write, n)
  ORDER BY account_id),
tip AS (
  UPDATE accounts a
  SET domain_count = domain_count + 1, last_event = last_event + json_array_length(one.events::json)
  FROM wanted AS one
  WHERE a.id = one.account_id AND a.domain_count < one.quota AND NOT EXISTS (
    SELECT FROM domains d WHERE d.account_id = one.account_id AND d.domain = one.name)
  RETURNING one.*, a.last_event, a.suspended),
domain AS (
  INSERT INTO domains (account_id, id, content, private_keys)
  SELECT account_id, id, content::json, private_keys::bytea[] FROM tip),
checks AS (
  INSERT INTO checks (account_id, domain_id, times, next_at, held)
  SELECT account_id, id, times::json, next_at, suspended FROM tip),
told AS (
  INSERT INTO events (account_id, id, content, audited, domain_id, at)
  SELECT tip.account_id, tip.last_event - json_array_length(tip.events::json) + e.n, e.content::json, e.audited,
    e.domain_id, e.at
  FROM tip, ROWS FROM (
      json_to_recordset(tip.events::json) AS (content text, audited boolean, domain_id bigint, at timestamptz))
    WITH ORDINALITY AS e (content, audited, domain_id, at, n)),
noted AS (INSERT INTO writes (id, last_event) SELECT write, last_event FROM tip)
SELECT n, last_event FROM tip

-- commit: update_domain
-- Changes nothing unless version and check times are still :version and :before. Without new :times, the check row
-- stays.
same AS (
  SELECT FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
  WHERE d.account_id = :account AND d.id = :id AND d.version = :version
    AND c.times::text IS NOT DISTINCT FROM :before::text
  FOR UPDATE),
domain AS (
  UPDATE domains SET version = version + 1, content = :content, private_keys = :private_keys
  WHERE account_id = :account AND id = :id AND EXISTS (SELECT FROM same)
  RETURNING id),
tip AS (
  UPDATE accounts SET last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND EXISTS (SELECT FROM domain)
  RETURNING last_event),
checks AS (
  UPDATE checks SET times = :times, next_at = :next, claimed_until = NULL, evidence = coalesce(:evidence, evidence)
  WHERE account_id = :account AND domain_id = :id AND :times::json IS NOT NULL AND EXISTS (SELECT FROM tip))

-- commit: delete_domain
gone AS (DELETE FROM domains WHERE account_id = :account AND id = :id AND version = :version RETURNING id),
links AS (DELETE FROM tokens WHERE account_id = :account AND domain_id IN (SELECT id FROM gone) RETURNING id),
tip AS (
  UPDATE accounts SET domain_count = domain_count - 1,
    token_count = token_count - (SELECT count(*) FROM links)::integer,
    last_event = last_event + json_array_length(:events::json)
  WHERE id = :account AND EXISTS (SELECT FROM gone)
  RETURNING last_event)
