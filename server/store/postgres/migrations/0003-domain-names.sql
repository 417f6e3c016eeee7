-- Finds the accounts that hold a name: a mail server asks for the keys of all of them.
CREATE INDEX domains_by_name ON domains (domain);
