import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { HTTP_METHOD, measureHttp } from '../http-load.ts';
import { httpTable } from '../http-table.ts';
import { dataFolderIn, startLetterhead, TOKEN } from '../letterhead-server.ts';
import type { Result } from '../measurement.ts';
import { atLeast, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { ConcurrentChecks } from './concurrent-checks.ts';
import { customerZones, internetSettings, startInternet } from './internet.ts';
import { createDomains } from './new-domains.ts';

/** With the requests of the load, fewer than one account may have under way. */
const CHECKS = 60;
/** Milliseconds. */
const LATENCY = 2000;

/** What many checks at slow name servers take away from those who only get a domain. */
export async function getWhileChecking(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const names = Array.from({ length: CHECKS }, (_, at) => `customer-${at + 1}.example`);
  const domains = await createDomains(dataFolderIn(folder), names);
  const copy = join(folder.path, 'copy');
  await cp(dataFolderIn(folder), copy, { recursive: true });
  await using internet = await startInternet(folder, { zones: customerZones(domains), latency: LATENCY });
  // Checks that are asked for are few in earnest: without limits there are as many as are wanted here.
  const environment = { ...internetSettings(internet), RATE_LIMIT_PER_MINUTE: '0' };
  await using resting = await startLetterhead(dataFolderIn(folder), { environment });
  await using checking = await startLetterhead(copy, { environment });
  await using checks = new ConcurrentChecks(
    checking,
    domains.map(({ path }) => path),
  );
  const path = domains[0]?.path ?? '';
  const figures = await measureHttp([
    { name: 'at rest', server: resting, path, token: TOKEN },
    { name: 'while domains are checked', server: checking, path, token: TOKEN },
  ]);
  const [rest, busy] = figures.map(({ requestsPerSecond }) => requestsPerSecond);
  if (rest === undefined || busy === undefined) throw new Error('A figure is missing.');
  return {
    title: `Getting a domain while ${CHECKS} are checked`,
    how: `${CHECKS} clients want a check each, the next one as soon as the last ended, of domains whose name servers take ${LATENCY / 1000} s for every answer; so many are wanted that some wait and some are refused for now: under way were ${formatFigure(median(checks.inFlight))} at a time, the most that the monitor lets begin. Beside that, one domain over REST: ${HTTP_METHOD}`,
    table: httpTable(figures),
    targets: [atLeast('requests a second, of those at rest', 0.8, busy / rest)],
  };
}
