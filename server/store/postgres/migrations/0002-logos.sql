-- A PNG in Base64, as the document's `logo` names it. It is stored out of line, and only read when it is selected.
-- Documents that an earlier version has written lack `display_name`, `contact_email` and `logo`: reading adds them.
ALTER TABLE accounts ADD COLUMN logo text;
