import { openPostgresStore } from '../../server/store/postgres/postgres-store.ts';
import { silentLog } from '../../server/store/store-log.ts';
import { silentObserver } from '../../test/postgres/silent-observer.ts';
import { HttpClient } from '../http-client.ts';
import { TOKEN } from '../letterhead-server.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { diagnose } from '../verification/diagnosed-folder.ts';
import { type Database, startOver } from './database.ts';

export const DOMAINS_PER_ACCOUNT = 10;
/** The first account of the first start is empty, and the second one holds the domain that all others are copies of. */
export const FIRST_FILLED_ACCOUNT = 3;
const PATTERN = 'pattern.example.org';

/** The id of a domain of an account that `fillDatabase` has made. */
export function filledDomain(account: number, at: number): number {
  return account * DOMAINS_PER_ACCOUNT + at;
}

/**
 * Makes a database with so many accounts of ten domains. One domain is created and checked as in earnest; the others
 * are copies of its rows under other names. None is due in the next hours.
 */
export async function fillDatabase(database: Database, name: string, accounts: number): Promise<void> {
  await database.query('postgres', `CREATE DATABASE ${name} ENCODING UTF8 TEMPLATE template0`);
  const pattern = await makePattern(database.url(name));
  await database.query(name, copies(pattern, accounts));
  await database.query(name, 'VACUUM ANALYZE');
  await database.query(name, 'CHECKPOINT');
}

interface Pattern {
  readonly account: number;
  readonly domain: number;
}

async function makePattern(url: string): Promise<Pattern> {
  const pattern = await createPattern(url);
  const store = await openPostgresStore({
    urls: [url],
    connections: 3,
    log: silentLog,
    observer: silentObserver,
  });
  const row = await store.domains.get(pattern.account, pattern.domain);
  if (row === undefined) throw new Error('The pattern was not created.');
  await diagnose(store, row);
  await store.close();
  return pattern;
}

async function createPattern(url: string): Promise<Pattern> {
  await using folder = await makeTemporaryFolder();
  await using letterhead = await startOver(url, folder);
  using client = new HttpClient(letterhead.url, TOKEN);
  const account: number = JSON.parse(await client.post('/api/v1/accounts', { name: 'Help desk' })).data.id;
  await client.post(`/api/v1/accounts/${account}/tokens`, { name: 'Help desk', scopes: ['domains:read'] });
  const made = await client.post(`/api/v1/accounts/${account}/domains`, { domain: PATTERN });
  return { account, domain: JSON.parse(made).data.id };
}

/** Each id and name in the text of a row is replaced, so that the copies are as long as what the store writes. */
function copies({ account, domain }: Pattern, accounts: number): string {
  const last = FIRST_FILLED_ACCOUNT + accounts - 1;
  const named = (content: string, ids: string) =>
    `replace(replace(${content}, ${ids}), '${PATTERN}', s.name)`;
  const domainIds = `'{"id":${domain},"account_id":${account},', format('{"id":%s,"account_id":%s,', s.id, s.account)`;
  return `
    CREATE TEMPORARY TABLE s AS
    SELECT account, account * ${DOMAINS_PER_ACCOUNT} + at AS id, format('domain-%s.example.org', at) AS name, at
    FROM generate_series(${FIRST_FILLED_ACCOUNT}, ${last}) AS account, generate_series(0, ${DOMAINS_PER_ACCOUNT - 1}) AS at;
    INSERT INTO accounts (id, content, suspended, domain_count, token_count, last_event)
    SELECT n, replace(content::text, '{"id":${account},', format('{"id":%s,', n))::json, false,
      ${DOMAINS_PER_ACCOUNT}, 1, ${DOMAINS_PER_ACCOUNT}
    FROM accounts, generate_series(${FIRST_FILLED_ACCOUNT}, ${last}) AS n WHERE id = ${account};
    INSERT INTO tokens (id, account_id, content, hash)
    SELECT n + 1000, n, content, substr(encode(sha256(n::text::bytea), 'base64'), 1, 43)
    FROM tokens, generate_series(${FIRST_FILLED_ACCOUNT}, ${last}) AS n WHERE account_id = ${account};
    INSERT INTO domains (account_id, id, content, private_keys)
    SELECT s.account, s.id, ${named('content::text', domainIds)}::json, d.private_keys
    FROM domains d, s WHERE d.account_id = ${account} AND d.id = ${domain};
    INSERT INTO checks (account_id, domain_id, times, next_at, held, evidence)
    SELECT s.account, s.id, c.times, now() + interval '6 hours' + s.at * interval '1 hour', false, c.evidence
    FROM checks c, s WHERE c.account_id = ${account} AND c.domain_id = ${domain};
    INSERT INTO events (account_id, id, audited, content, domain_id, at)
    SELECT s.account, s.at + 1, e.audited, ${named('e.content::text', `'"id":${domain},', format('"id":%s,', s.id)`)}::json, s.id, e.at
    FROM events e, s WHERE e.account_id = ${account} AND e.domain_id = ${domain};
    SELECT setval('account_ids', ${last + 1}), setval('token_ids', ${last + 1001}),
      setval('domain_ids', ${(last + 1) * DOMAINS_PER_ACCOUNT})`;
}
