-- Of kind `notice`, id 0: how far the notices of an account have come, and what they remember.
ALTER TABLE cursors ADD COLUMN wake_at timestamptz, ADD COLUMN memo json;

INSERT INTO cursors (kind, account_id, id, position) SELECT 'notice', id, 0, last_event FROM accounts;
