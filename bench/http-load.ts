import autocannon from 'autocannon';
import type { Contender } from './contender.ts';
import { median } from './statistics.ts';

const CONNECTIONS = 32;
const ROUNDS = 3;
/** Seconds. */
const WARM_UP = 3;
const DURATION = 5;

/** A contender, and what is asked of it again and again. */
export interface HttpContender {
  readonly name: string;
  readonly contender: Contender;
  readonly path: string;
  /** A token to show; null: none is asked for. */
  readonly token: string | null;
}

/** Medians of several runs. */
export interface HttpFigures {
  readonly name: string;
  readonly requestsPerSecond: number;
  /** Microseconds of the contender's CPU time a request. */
  readonly cpuPerRequest: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** How `measureHttp` measures, for a finding. */
export const HTTP_METHOD = `autocannon, ${CONNECTIONS} connections, ${ROUNDS} runs of ${DURATION} s each in turns after a warm-up, medians.`;

/**
 * Loads each contender after the other, several times, so that what else the machine does hits all alike.
 * Rejects where an answer is another than 2xx: a refusal is cheap, and would look good.
 */
export async function measureHttp(contenders: readonly HttpContender[]): Promise<HttpFigures[]> {
  for (const contender of contenders) await load(contender, WARM_UP);
  const runs = new Map<HttpContender, HttpFigures[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [contender, figures] of runs) figures.push(await load(contender, DURATION));
  }
  return [...runs].map(([{ name }, figures]) => ({
    name,
    requestsPerSecond: median(figures.map((run) => run.requestsPerSecond)),
    cpuPerRequest: median(figures.map((run) => run.cpuPerRequest)),
    p50: median(figures.map((run) => run.p50)),
    p99: median(figures.map((run) => run.p99)),
  }));
}

/** Requests a second of several servers that share the connections, after a warm-up. */
export async function measureFleet(
  servers: readonly Contender[],
  path: string,
  token: string,
): Promise<number> {
  const loadAll = (duration: number) =>
    Promise.all(
      servers.map(({ url }) =>
        autocannon({
          url: url + path,
          connections: CONNECTIONS / servers.length,
          duration,
          headers: { authorization: `Bearer ${token}` },
        }),
      ),
    );
  await loadAll(WARM_UP);
  const results = await loadAll(DURATION);
  return results.reduce((sum, { requests, duration }) => sum + requests.total / duration, 0);
}

async function load(subject: HttpContender, duration: number): Promise<HttpFigures> {
  const { name, contender, path, token } = subject;
  const before = await contender.ask('usage', null);
  const result = await autocannon({
    url: contender.url + path,
    connections: CONNECTIONS,
    duration,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  const after = await contender.ask('usage', null);
  if (result.non2xx > 0 || result.errors > 0 || result.requests.total === 0) {
    throw new Error(
      `${name}: ${result.non2xx} refusals and ${result.errors} errors at ${path}; nothing was measured.`,
    );
  }
  return {
    name,
    requestsPerSecond: result.requests.total / result.duration,
    cpuPerRequest: (after.cpu - before.cpu) / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}
