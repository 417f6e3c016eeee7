-- The encrypted private keys of the document's keys, in their order, as bytes. Null for one that the document has: those
-- that an earlier version has written, or whose text is no base64url.
ALTER TABLE domains ADD COLUMN private_keys bytea[];

-- Times stay in the row, and only `evidence` is stored out of line: every read of a domain needs them.
-- It holds for what is written from now on, as each check does.
ALTER TABLE checks ALTER COLUMN times SET STORAGE MAIN;
