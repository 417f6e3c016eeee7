-- query: get_domains
-- Leaves out the content of a version that the server already has.
SELECT key.n, d.id, d.version, CASE WHEN d.version = key.known THEN NULL ELSE d.content END AS content, c.times::text
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS key (account_id, id, known, n)
  JOIN domains d ON d.account_id = key.account_id AND d.id = key.id
  JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id

-- query: list_domains
SELECT d.id, d.version, d.content, c.times::text
FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
WHERE d.account_id = $1 AND d.id > $2
  AND ($4::boolean IS NULL OR d.verified = $4) AND ($5::text[] IS NULL OR d.domain = ANY ($5))
ORDER BY d.id LIMIT $3

-- query: named_domains
SELECT d.account_id AS account, d.id, d.version, d.content, c.times::text
FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
WHERE d.domain = ANY ($1::text[]) ORDER BY d.id

-- query: find_wishes
-- Returns no row where the account does not exist. An id is given to a name that takes one and can be created.
SELECT key.n, d.id AS taken, coalesce(a.domain_count >= key.quota, false) AS full,
  CASE WHEN key.takes_id AND d.id IS NULL AND a.domain_count < key.quota THEN nextval('domain_ids') END AS id
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::boolean[])
    WITH ORDINALITY AS key (account_id, name, quota, takes_id, n)
  JOIN accounts a ON a.id = key.account_id
  LEFT JOIN domains d ON d.account_id = a.id AND d.domain = key.name

-- commit: create_domain
tip AS (
  UPDATE accounts SET domain_count = domain_count + 1, last_event = last_event + cardinality($3::text[])
  WHERE id = $2 AND domain_count < $11
  RETURNING last_event, suspended),
domain AS (INSERT INTO domains (account_id, id, content) SELECT $2, $7, $8 FROM tip),
checks AS (
  INSERT INTO checks (account_id, domain_id, times, next_at, held) SELECT $2, $7, $9, $10, suspended FROM tip)

-- commit: update_domain
-- Changes nothing unless version and check times are still $8 and $9. Without new times $11, the check row stays.
same AS (
  SELECT FROM domains d JOIN checks c ON c.account_id = d.account_id AND c.domain_id = d.id
  WHERE d.account_id = $2 AND d.id = $7 AND d.version = $8 AND c.times::text IS NOT DISTINCT FROM $9::text
  FOR UPDATE),
domain AS (
  UPDATE domains SET version = version + 1, content = $10
  WHERE account_id = $2 AND id = $7 AND EXISTS (SELECT FROM same)
  RETURNING id),
tip AS (
  UPDATE accounts SET last_event = last_event + cardinality($3::text[])
  WHERE id = $2 AND EXISTS (SELECT FROM domain)
  RETURNING last_event),
checks AS (
  UPDATE checks SET times = $11, next_at = $12, claimed_until = NULL, evidence = coalesce($13, evidence)
  WHERE account_id = $2 AND domain_id = $7 AND $11::json IS NOT NULL AND EXISTS (SELECT FROM tip))

-- commit: delete_domain
gone AS (DELETE FROM domains WHERE account_id = $2 AND id = $7 AND version = $8 RETURNING id),
links AS (DELETE FROM tokens WHERE account_id = $2 AND domain_id IN (SELECT id FROM gone) RETURNING id),
tip AS (
  UPDATE accounts SET domain_count = domain_count - 1,
    token_count = token_count - (SELECT count(*) FROM links)::integer,
    last_event = last_event + cardinality($3::text[])
  WHERE id = $2 AND EXISTS (SELECT FROM gone)
  RETURNING last_event)
