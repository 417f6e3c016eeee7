import { HttpClient } from '../http-client.ts';
import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { TOKEN } from '../letterhead-server.ts';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { startDatabase, startOver } from './database.ts';

/** What it costs to get one domain that is in PostgreSQL over REST. */
export async function getOverRest(): Promise<Result> {
  await using database = await startDatabase();
  await using folder = await makeTemporaryFolder();
  await using ours = await startOver(database.url(), folder);
  using client = new HttpClient(ours.url, TOKEN);
  const made = await client.post('/api/v1/accounts/1/domains', { domain: 'mail.example.org' });
  const path = `/api/v1/accounts/1/domains/${JSON.parse(made).data.id}`;
  await using bare = await startProcess({
    script: 'processes/fastify-pg.ts',
    options: { url: database.url(), answer: await client.get(path) },
  });
  const figures = await measureHttp([
    { name: 'Letterhead, token checked', server: ours, path, token: TOKEN },
    { name: 'Fastify and `pg` alone, one prepared join', server: bare, path, token: TOKEN },
  ]);
  const [own, alone] = figures.map((figure) => figure.requestsPerSecond);
  if (own === undefined || alone === undefined) throw new Error('A figure is missing.');
  return {
    title: 'Getting one domain over REST',
    how: `${HTTP_METHOD} Fastify alone hashes the token, joins token, account and the same bytes in one prepared statement over as many connections, and sends them.`,
    table: httpTable(figures),
    targets: [atLeast('requests a second, of Fastify and `pg` alone', 0.5, own / alone)],
  };
}
