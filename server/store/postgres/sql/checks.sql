-- query: end_checks
-- The update_domain of checks that change nothing but their own row, for many domains at once.
WITH ended AS (
  SELECT check_end.*
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
    WITH ORDINALITY AS check_end (account_id, id, version, before, times, next_at, evidence, n)
    JOIN domains d USING (account_id, id, version)
  FOR SHARE OF d)
UPDATE checks c
SET times = ended.times::json, next_at = ended.next_at, claimed_until = NULL, evidence = ended.evidence
FROM ended
WHERE c.account_id = ended.account_id AND c.domain_id = ended.id AND c.times::text IS NOT DISTINCT FROM ended.before
RETURNING ended.n

-- query: reschedule_check
UPDATE checks SET times = $3, next_at = $4, claimed_until = NULL WHERE account_id = $1 AND domain_id = $2

-- query: count_due_checks
SELECT count(*) AS due FROM (
  SELECT FROM checks
  WHERE NOT held AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1) LIMIT $2) AS due

-- query: get_evidence
SELECT evidence FROM checks WHERE account_id = $1 AND domain_id = $2

-- query: claim_checks
-- Ranks the $4 longest due checks by the number of checks that their account has in progress ($5, $6) and before them.
-- SKIP LOCKED passes over those that another server is claiming. LATERAL locks them in turn, and no more than it needs.
WITH front AS (
  SELECT account_id, domain_id, next_at FROM checks
  WHERE NOT held AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
  ORDER BY next_at LIMIT $4),
ranked AS (
  SELECT account_id, domain_id, front.next_at,
    row_number() OVER (PARTITION BY account_id ORDER BY front.next_at) + coalesce(busy.checks, 0) AS turn
  FROM front LEFT JOIN unnest($5::bigint[], $6::bigint[]) AS busy (account_id, checks) USING (account_id)),
due AS (
  SELECT account_id, domain_id, turn, next_at
  FROM (SELECT * FROM ranked ORDER BY turn, next_at) AS ranked, LATERAL (
    SELECT FROM checks c
    WHERE c.account_id = ranked.account_id AND c.domain_id = ranked.domain_id
      AND NOT held AND c.next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
    FOR UPDATE SKIP LOCKED) AS free
  LIMIT $2),
claimed AS (
  UPDATE checks c SET claimed_until = $1::timestamptz + make_interval(secs => $3) FROM due
  WHERE c.account_id = due.account_id AND c.domain_id = due.domain_id
  RETURNING c.account_id, c.domain_id, due.turn, due.next_at, c.claimed_until)
SELECT account_id AS account, domain_id AS id, claimed_until AS until FROM claimed ORDER BY turn, next_at

-- query: release_checks
UPDATE checks c SET claimed_until = NULL
FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS claim (account_id, id, until)
WHERE c.account_id = claim.account_id AND c.domain_id = claim.id AND c.claimed_until = claim.until

-- query: list_checks_ahead
-- One page of all checks: those that are ahead of $1, or due after $2 (verified) or $3, as [account, domain]. The page
-- begins after the key $4, $5; "last" is the last key of it.
WITH page AS (
  SELECT account_id, domain_id, times FROM checks WHERE (account_id, domain_id) > ($4, $5)
  ORDER BY account_id, domain_id LIMIT $6)
SELECT max(ARRAY[page.account_id, page.domain_id]) AS last,
  coalesce(json_agg(json_build_array(page.account_id, page.domain_id)) FILTER (WHERE
    times ->> 'checked_at' > $1 COLLATE "C" OR times ->> 'began_at' > $1 COLLATE "C"
    OR EXISTS (
      SELECT FROM json_each_text(times -> 'due') AS due
      WHERE due.value IS NULL OR due.value > CASE WHEN d.verified THEN $2 ELSE $3 END COLLATE "C")), '[]') AS ahead
FROM page JOIN domains d ON d.account_id = page.account_id AND d.id = page.domain_id
