import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';
import { hashTokenSecret } from '../../server/auth/token-secret.ts';
import { toInstant } from '../../server/instant.ts';
import { eventDocuments } from '../../server/store/postgres/commits.ts';
import { sqlForRows } from '../../server/store/postgres/sql.ts';
import { childOptions, serveParent } from '../child.ts';

/** Fastify and `pg` alone: the most that an API over PostgreSQL can come to with a query a request. */
export interface FastifyPgOptions {
  /** A database that Letterhead has made. */
  readonly url: string;
  /** What every domain is answered with. */
  readonly answer: string;
}

type InAccount = { Params: { account: string }; Body: { domain: string } };
type OfDomain = { Params: { account: string; id: string } };

/** The fastest on two cores. */
const CONNECTIONS = 4;
const NO_LIMIT = 1_000_000;

const { url: connectionString, answer } = childOptions<FastifyPgOptions>();
const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
await pool.query(
  `CREATE TABLE IF NOT EXISTS bare_answers AS SELECT account_id, id, $1::text AS answer FROM domains`,
  [answer],
);
await pool.query('CREATE UNIQUE INDEX IF NOT EXISTS bare_answers_key ON bare_answers (account_id, id)');
const {
  rows: [newest],
} = await pool.query<{ id: string; content: object }>(
  'SELECT id, content FROM domains ORDER BY id DESC LIMIT 1',
);
if (newest === undefined) throw new Error('The database holds no domain.');
// Far from the ids that Letterhead gives.
let id = Number(newest.id) + 1_000_000_000;

const app = fastify();

app.get<OfDomain>('/api/v1/accounts/:account/domains/:id', async ({ params, headers }, reply) => {
  const { rows } = await pool.query<{ answer: string }>({
    name: 'get',
    text: `SELECT b.answer FROM tokens t JOIN accounts a ON a.id = t.account_id
      JOIN bare_answers b ON b.account_id = $2 AND b.id = $3 WHERE t.hash = $1 AND NOT a.suspended`,
    values: [
      hashTokenSecret(String(headers.authorization).slice('Bearer '.length)),
      params.account,
      params.id,
    ],
  });
  return reply.type('application/json; charset=utf-8').send(rows[0]?.answer);
});

app.post<InAccount>('/api/v1/accounts/:account/domains', async ({ params, body: { domain } }) => {
  id += 1;
  const at = toInstant(new Date());
  const row = { ...newest.content, id, account_id: Number(params.account), domain };
  const actor = { kind: 'cli', token_id: null, address: null } as const;
  const event = { type: 'domain.created', domain: { id, name: domain }, actor, at, changes: {} } as const;
  const content = JSON.stringify(row);
  const wanted = {
    account: params.account,
    id,
    name: domain,
    limit: NO_LIMIT,
    content,
    times: null,
    next: null,
  };
  const events = eventDocuments([event]);
  await pool.query(sqlForRows('create_domains', [{ ...wanted, events, write: randomUUID() }]));
  return { data: row };
});

serveParent({
  url: await app.listen({ host: '127.0.0.1', port: 0 }),
  async stop() {
    await app.close();
    await pool.end();
  },
});
