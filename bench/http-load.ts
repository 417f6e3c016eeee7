import autocannon from 'autocannon';
import type { MeasuredProcess } from './measured-process.ts';
import { median } from './statistics.ts';

const CONNECTIONS = 32;
const ROUNDS = 3;
/** Seconds. */
const WARM_UP = 3;
const DURATION = 5;

/** A server, and the request that it is loaded with. */
export interface HttpCandidate {
  readonly name: string;
  readonly server: MeasuredProcess;
  readonly path: string;
  /** A token to show; null: none is asked for. */
  readonly token: string | null;
  /** What is sent; a GET without. */
  readonly post?: { readonly body: string | Buffer; readonly type: string };
}

/** Medians of several runs. */
export interface HttpFigures {
  readonly name: string;
  readonly requestsPerSecond: number;
  /** Microseconds of the server’s CPU time a request. */
  readonly cpuPerRequest: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** How `measureHttp` measures, for a result. */
export const HTTP_METHOD = `autocannon, ${CONNECTIONS} connections, ${ROUNDS} runs of ${DURATION} s each in turns after a warm-up, medians.`;

/**
 * Loads the servers in turns, several times, so that other load on the machine affects all of them alike.
 * Rejects if an answer is not 2xx: errors are cheap, and would look fast.
 */
export async function measureHttp(candidates: readonly HttpCandidate[]): Promise<HttpFigures[]> {
  for (const candidate of candidates) await load(candidate, WARM_UP);
  const runs = new Map<HttpCandidate, HttpFigures[]>(candidates.map((candidate) => [candidate, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [candidate, figures] of runs) figures.push(await load(candidate, DURATION));
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
  servers: readonly MeasuredProcess[],
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

/** Loads one server for so many seconds. */
export async function load(candidate: HttpCandidate, duration: number): Promise<HttpFigures> {
  const { name, server, path, token, post } = candidate;
  const before = await server.call('usage', null);
  const result = await autocannon({
    url: server.url + path,
    connections: CONNECTIONS,
    duration,
    ...(post === undefined ? {} : { method: 'POST', body: post.body }),
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(post === undefined ? {} : { 'content-type': post.type }),
    },
  });
  const after = await server.call('usage', null);
  if (result.non2xx > 0 || result.errors > 0 || result.requests.total === 0) {
    throw new Error(
      `${name}: ${result.non2xx} answers that are not 2xx and ${result.errors} errors at ${path}; nothing was measured.`,
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
