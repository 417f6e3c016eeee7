-- query: end_checks
-- The update_domain of checks that change nothing but their own row, for many domains at once. It locks no domain,
-- which would write to one more page: an update_domain under way that sets other times is waited for and then seen by
-- :before, and with any other it makes no difference which comes first.
WITH ended AS (
  SELECT check_end.*
  FROM unnest(
      (SELECT :account::bigint[]), :id::bigint[], :version::bigint[], :before::text[], :times::text[],
      :next::timestamptz[], :evidence::text[])
    WITH ORDINALITY AS check_end (account_id, id, version, before, times, next_at, evidence, n)
    JOIN domains d USING (account_id, id, version))
UPDATE checks c
SET times = ended.times::json, next_at = ended.next_at, claimed_until = NULL, evidence = ended.evidence
FROM ended
WHERE c.account_id = ended.account_id AND c.domain_id = ended.id AND c.times::text IS NOT DISTINCT FROM ended.before
RETURNING ended.n

-- query: reschedule_check
UPDATE checks SET times = :times, next_at = :next, claimed_until = NULL WHERE account_id = :account AND domain_id = :id

-- query: count_due_checks
SELECT count(*) AS due FROM (
  SELECT FROM checks
  WHERE NOT held AND next_at <= :now AND (claimed_until IS NULL OR claimed_until <= :now) LIMIT :limit) AS due

-- query: get_evidence
SELECT evidence FROM checks WHERE account_id = :account AND domain_id = :id

-- query: claim_checks
-- Ranks the :candidates longest due checks by the number of checks that their account has in progress (:busy_accounts,
-- :busy_checks) and before them. SKIP LOCKED passes over those that another server is claiming. LATERAL locks them in
-- turn, and no more than it needs.
WITH front AS (
  SELECT account_id, domain_id, next_at FROM checks
  WHERE NOT held AND next_at <= :now AND (claimed_until IS NULL OR claimed_until <= :now)
  ORDER BY next_at LIMIT :candidates),
ranked AS (
  SELECT account_id, domain_id, front.next_at,
    row_number() OVER (PARTITION BY account_id ORDER BY front.next_at) + coalesce(busy.checks, 0) AS turn
  FROM front
    LEFT JOIN unnest(:busy_accounts::bigint[], :busy_checks::bigint[]) AS busy (account_id, checks) USING (account_id)),
due AS (
  SELECT account_id, domain_id, turn, next_at
  FROM (SELECT * FROM ranked ORDER BY turn, next_at) AS ranked, LATERAL (
    SELECT FROM checks c
    WHERE c.account_id = ranked.account_id AND c.domain_id = ranked.domain_id
      AND NOT held AND c.next_at <= :now AND (claimed_until IS NULL OR claimed_until <= :now)
    FOR UPDATE SKIP LOCKED) AS free
  LIMIT :limit),
claimed AS (
  UPDATE checks c SET claimed_until = :now::timestamptz + make_interval(secs => :lease) FROM due
  WHERE c.account_id = due.account_id AND c.domain_id = due.domain_id
  RETURNING c.account_id, c.domain_id, due.turn, due.next_at, c.claimed_until)
SELECT account_id AS account, domain_id AS id, claimed_until AS until FROM claimed ORDER BY turn, next_at

-- query: release_checks
UPDATE checks c SET claimed_until = NULL
FROM unnest(:account::bigint[], :id::bigint[], :until::timestamptz[]) AS claim (account_id, id, until)
WHERE c.account_id = claim.account_id AND c.domain_id = claim.id AND c.claimed_until = claim.until

-- query: list_checks_ahead
-- One page of all checks: those that are ahead of :now, or due after :verified (verified domains) or :unverified, as
-- [account, domain]. The page begins after the key :after_account, :after_domain; "last" is the last key of it.
WITH page AS (
  SELECT account_id, domain_id, times FROM checks WHERE (account_id, domain_id) > (:after_account, :after_domain)
  ORDER BY account_id, domain_id LIMIT :limit)
SELECT max(ARRAY[page.account_id, page.domain_id]) AS last,
  coalesce(json_agg(json_build_array(page.account_id, page.domain_id)) FILTER (WHERE
    times ->> 'checked_at' > :now COLLATE "C" OR times ->> 'began_at' > :now COLLATE "C"
    OR EXISTS (
      SELECT FROM json_each_text(times -> 'due') AS due
      WHERE due.value IS NULL OR due.value >
        CASE WHEN d.verified THEN :verified ELSE :unverified END COLLATE "C")), '[]') AS ahead
FROM page JOIN domains d ON d.account_id = page.account_id AND d.id = page.domain_id
