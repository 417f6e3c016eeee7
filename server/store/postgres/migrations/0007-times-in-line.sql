-- Times stay in the row, and only `evidence` is stored out of line: every read of a domain needs them.
-- It holds for what is written from now on, as each check does.
ALTER TABLE checks ALTER COLUMN times SET STORAGE MAIN;
