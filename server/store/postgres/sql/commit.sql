-- A change and its events as one statement. Each "commit" of the other files stands in place of the change. It consists
-- of CTEs. One of them is "tip", the account's last_event after the change; it has no row if the change does not apply,
-- and 0 if no account is told of it. :write is the id of the write. The lock on the account's row orders all its
-- commits, so that events become visible in the order of their ids.
WITH :change,
told AS (
  INSERT INTO events (account_id, id, content, audited, domain_id, at)
  SELECT :account, tip.last_event - json_array_length(:events::json) + e.n, e.content::json, e.audited,
    e.domain_id, e.at
  FROM tip, ROWS FROM (
      json_to_recordset(:events::json) AS (content text, audited boolean, domain_id bigint, at timestamptz))
    WITH ORDINALITY AS e (content, audited, domain_id, at, n)
  WHERE tip.last_event > 0),
noted AS (INSERT INTO writes (id, last_event) SELECT :write, last_event FROM tip)
SELECT last_event FROM tip
