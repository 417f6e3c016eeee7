-- Labels of the key zone that are no domain's any more: their names are kept for a while, and never given again.
CREATE TABLE retired_labels (
  label text PRIMARY KEY,
  -- As RetiredLabel has it, but for its time.
  content json NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);

-- What one server of all does at a time.
CREATE TABLE leases (
  kind text PRIMARY KEY,
  holder uuid NOT NULL,
  until timestamptz NOT NULL
);

-- Finds the zones that domains have their keys in.
CREATE INDEX domains_by_zone ON domains ((content #>> '{delegation,zone}'))
  WHERE content #>> '{delegation,zone}' IS NOT NULL;

-- The public key that a name of the key zone holds by a domain's document; null: none.
CREATE FUNCTION key_in_zone(content json, selector text) RETURNS json LANGUAGE sql IMMUTABLE AS $$
  SELECT key -> 'public_key' FROM json_array_elements(content -> 'keys') AS key
  WHERE key ->> 'published_as' = 'cname' AND key ->> 'selector' = selector AND key ->> 'state' <> 'revoked'
$$;

-- A trigger, because a label is retired by whatever takes its domain away: also by the account's end.
CREATE FUNCTION retire_label() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  delegation json := OLD.content -> 'delegation';
BEGIN
  INSERT INTO retired_labels (label, content)
  VALUES (delegation ->> 'label', json_build_object(
    'zone', delegation -> 'zone', 'label', delegation -> 'label', 'selectors', delegation -> 'selectors',
    'keys', json_build_array(
      key_in_zone(OLD.content, delegation #>> '{selectors,0}'),
      key_in_zone(OLD.content, delegation #>> '{selectors,1}'))))
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE TRIGGER label_deleted AFTER DELETE ON domains FOR EACH ROW
  WHEN (OLD.content #>> '{delegation,label}' IS NOT NULL)
  EXECUTE FUNCTION retire_label();
CREATE TRIGGER label_replaced AFTER UPDATE OF content ON domains FOR EACH ROW
  WHEN (OLD.content #>> '{delegation,label}' IS NOT NULL
    AND OLD.content #>> '{delegation,label}' IS DISTINCT FROM NEW.content #>> '{delegation,label}')
  EXECUTE FUNCTION retire_label();
