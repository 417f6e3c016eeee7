-- query: get_setting
SELECT value FROM settings WHERE key = :key

-- query: set_setting_once
-- Rewrites an existing value, because DO NOTHING would not return it.
INSERT INTO settings AS s (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = s.value
RETURNING value

-- query: find_outcome
-- Waits for the write if it is in progress. If it has not begun, takes its id, so that it never can.
INSERT INTO writes (id) VALUES (:write)
ON CONFLICT (id) DO UPDATE SET at = now()
RETURNING last_event

-- query: probe
-- A real write: fails on a standby, and waits for a synchronous standby like any commit.
INSERT INTO writes (id) VALUES (gen_random_uuid())

-- query: clean_up
WITH old_rounds AS (DELETE FROM rate_rounds WHERE at < now() - interval '2 minutes')
DELETE FROM writes WHERE at < now() - interval '10 minutes'

-- query: exchange_rates
WITH mine AS (
  INSERT INTO rate_rounds (server, round, taken) SELECT :server, :round, :taken WHERE :taken::json IS NOT NULL
  ON CONFLICT DO NOTHING)
SELECT r.server, r.round, r.taken
FROM rate_rounds r
  LEFT JOIN unnest(:known_servers::uuid[], :known_rounds::bigint[]) AS known (server, round) ON known.server = r.server
WHERE r.server <> :server AND r.round > coalesce(known.round, 0) AND r.at > now() - make_interval(secs => :oldest)
