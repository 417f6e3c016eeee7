-- Each table has its rows as documents, as the store's interface defines them, beside the columns that SQL needs.
-- `json` keeps the text as it is: `jsonb` rejects \u0000 and lone surrogates, which names and DNS answers can contain.
-- So do the operators of `json`, which are used on documents without such texts only.
-- All keys of what an account owns begin with the account, except the hash of a token.

CREATE SEQUENCE account_ids;
CREATE SEQUENCE token_ids;
CREATE SEQUENCE domain_ids;

CREATE TABLE settings (
  key text PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE accounts (
  id bigint PRIMARY KEY,
  -- Rises with each change of the document.
  version bigint NOT NULL DEFAULT 0,
  content json NOT NULL,
  suspended boolean NOT NULL,
  domain_count integer NOT NULL DEFAULT 0,
  token_count integer NOT NULL DEFAULT 0,
  -- The ids of its events: the newest, and the oldest from which on none is missing.
  last_event bigint NOT NULL,
  first_event bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 70);

CREATE TABLE domains (
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  id bigint NOT NULL,
  -- Rises with each change of the document, and of the domain's share links.
  version bigint NOT NULL DEFAULT 0,
  content json NOT NULL,
  domain text NOT NULL GENERATED ALWAYS AS (content ->> 'domain') STORED,
  verified boolean NOT NULL GENERATED ALWAYS AS ((content ->> 'verified')::boolean) STORED,
  PRIMARY KEY (account_id, id),
  CONSTRAINT domain_once UNIQUE (account_id, domain)
) WITH (fillfactor = 90);

CREATE TABLE tokens (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  content json NOT NULL,
  domain_id bigint,
  hash text NOT NULL UNIQUE,
  last_used_at timestamptz,
  CONSTRAINT shared_domain FOREIGN KEY (account_id, domain_id) REFERENCES domains ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX tokens_of_account ON tokens (account_id, domain_id, id);

CREATE TABLE checks (
  account_id bigint NOT NULL,
  domain_id bigint NOT NULL,
  -- As CheckTimes has them. Null: the domain was never checked.
  times json,
  -- The earliest of them. Null: it is not checked without being asked.
  next_at timestamptz,
  -- Whether its account is suspended.
  held boolean NOT NULL,
  -- Not in any index, so that a claim changes none.
  claimed_until timestamptz,
  evidence text,
  PRIMARY KEY (account_id, domain_id),
  FOREIGN KEY (account_id, domain_id) REFERENCES domains ON DELETE CASCADE
) WITH (fillfactor = 70, toast_tuple_target = 128, autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX checks_due ON checks (next_at) WHERE NOT held AND next_at IS NOT NULL;

CREATE TABLE events (
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  id bigint NOT NULL,
  audited boolean NOT NULL,
  content json NOT NULL,
  domain_id bigint,
  at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX events_of_domain ON events (account_id, domain_id, id) WHERE domain_id IS NOT NULL;
CREATE INDEX audited_events ON events (at) WHERE audited;

-- What was committed lately, by which the outcome of a write is looked up after its connection was lost.
CREATE TABLE writes (
  id uuid PRIMARY KEY,
  -- Of its account. Null: this write has not happened, and now never will.
  last_event bigint,
  at timestamptz NOT NULL DEFAULT now()
);

-- Points that servers have taken from rate limits, a row a server and round. Losing them in a crash does no harm.
CREATE UNLOGGED TABLE rate_rounds (
  server uuid NOT NULL,
  round bigint NOT NULL,
  taken json NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (server, round)
);
