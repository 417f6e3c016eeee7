CREATE TABLE webhooks (
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  id bigint NOT NULL,
  -- Rises with each change of the document.
  version bigint NOT NULL DEFAULT 0,
  content json NOT NULL,
  enabled boolean NOT NULL GENERATED ALWAYS AS ((content ->> 'enabled')::boolean) STORED,
  PRIMARY KEY (account_id, id)
);

-- How far each follower of an account's events has come: of kind `webhook`, the webhook of the same id.
CREATE TABLE cursors (
  kind text NOT NULL,
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  id bigint NOT NULL,
  position bigint NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  due_at timestamptz,
  -- Null: nothing was sent yet.
  slow boolean,
  -- Rises with each claim, so that an earlier holder changes nothing.
  version bigint NOT NULL DEFAULT 0,
  claimed_at timestamptz,
  claimed_until timestamptz,
  PRIMARY KEY (kind, account_id, id)
) WITH (fillfactor = 70);

CREATE TABLE deliveries (
  account_id bigint NOT NULL,
  webhook_id bigint NOT NULL,
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  content json NOT NULL,
  PRIMARY KEY (account_id, webhook_id, id),
  FOREIGN KEY (account_id, webhook_id) REFERENCES webhooks ON DELETE CASCADE
);
