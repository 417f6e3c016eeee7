-- query: retired_labels
SELECT content, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS retired_at
FROM retired_labels ORDER BY label COLLATE "C"

-- query: drop_retired_labels
DELETE FROM retired_labels WHERE at < now() - make_interval(secs => :seconds)

-- query: delegated_zones
SELECT DISTINCT content #>> '{delegation,zone}' AS zone FROM domains
WHERE content #>> '{delegation,zone}' IS NOT NULL AND content::text LIKE '%"published_as":"cname"%'

-- query: lead_key_zone
-- Returns no row where another holder has it.
INSERT INTO leases AS l (kind, holder, until) VALUES ('key_zone', :holder, now() + make_interval(secs => :seconds))
ON CONFLICT (kind) DO UPDATE SET holder = :holder, until = now() + make_interval(secs => :seconds)
WHERE l.holder = :holder OR l.until < now()
RETURNING l.holder
