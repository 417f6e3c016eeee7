import type { HttpCandidate } from '../http-load.ts';
import { load } from '../http-load.ts';
import { TOKEN } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atLeast, formatFigure } from '../measurement.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveSigning } from './served-signing.ts';

/** Seconds. */
const DURATION = 8;

/** What signing at full rate takes away from those who only get a domain. */
export async function getBesideSigning(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const { letterhead: server, byHash, path } = await serveSigning(folder);
  await using letterhead = server;
  const get: HttpCandidate = { name: 'Getting a domain', server: letterhead, path, token: TOKEN };
  await load(get, DURATION);
  const resting = await load(get, DURATION);
  await load(byHash, DURATION);
  const signing = await load(byHash, DURATION);
  const before = await letterhead.call('usage', null);
  const [busy, beside] = await Promise.all([load(get, DURATION), load(byHash, DURATION)]);
  const { cpu } = await letterhead.call('usage', null);
  const signatures = beside.requestsPerSecond * DURATION;
  const left = cpu - before.cpu - signatures * signing.cpuPerRequest;
  const alone = 1e6 / resting.cpuPerRequest;
  const besideSigning = (busy.requestsPerSecond * DURATION * 1e6) / left;
  return {
    title: 'Getting a domain while messages are signed',
    how: `autocannon, 32 connections for each of the two, ${DURATION} s. What CPU time signing takes is known from a run by itself; of the server’s CPU time in the run of both, the rest is what is left for getting.`,
    table: {
      columns: ['', 'gets/s', 'gets a CPU second left', 'signatures/s'],
      rows: [
        ['at rest', formatFigure(resting.requestsPerSecond), formatFigure(alone), ''],
        [
          'while messages are signed',
          formatFigure(busy.requestsPerSecond),
          formatFigure(besideSigning),
          formatFigure(beside.requestsPerSecond),
        ],
      ],
    },
    targets: [atLeast('gets a CPU second left, of those at rest', 0.8, besideSigning / alone)],
  };
}
