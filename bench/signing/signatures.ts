import type { HttpCandidate } from '../http-load.ts';
import { load } from '../http-load.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast, atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { serveSigning, startBareSigning, startFastifySigning } from './served-signing.ts';

const ROUNDS = 3;
/** Seconds. A signature takes so long that code is slow to become hot. */
const WARM_UP = 20;
const DURATION = 5;

interface Comparison {
  readonly title: string;
  readonly ours: HttpCandidate;
  readonly bare: { readonly name: string; readonly process: MeasuredProcess };
  /** The least that is wanted of the bare one's signatures a CPU second. */
  readonly share: number;
  /** A server that does less; measured beside ours, and no target. */
  readonly least?: HttpCandidate;
}

/** What signing a whole message costs, beside what it costs without a server. */
export async function signRawMessages(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const { raw: ours, file } = await serveSigning(folder);
  await using _letterhead = ours.server;
  await using process = await startBareSigning('mailauth', file);
  const bare = { name: 'mailauth’s dkimSign, called bare', process };
  return await compare({ title: 'Signing a raw message of 50 KB', ours, bare, share: 0.8 });
}

/** The same of headers and a body hash, and beside the least that a server can do. */
export async function signByHash(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const { byHash: ours, file } = await serveSigning(folder);
  await using _letterhead = ours.server;
  await using process = await startBareSigning('rsa', file);
  await using fastify = await startFastifySigning(ours);
  const bare = { name: 'crypto.sign, RSA-2048, called bare', process };
  const least = { ...ours, name: 'Fastify alone, signing a body in a thread', server: fastify };
  return await compare({ title: 'Signing by body hash', ours, bare, share: 0.7, least });
}

async function compare({ title, ours, bare, share, least }: Comparison): Promise<Result> {
  await load(ours, WARM_UP);
  if (least !== undefined) await load(least, WARM_UP);
  const runs: { perCpuSecond: number; perSecond: number; delay: number }[] = [];
  const bares: number[] = [];
  const leasts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { cpuPerRequest, requestsPerSecond } = await load(ours, DURATION);
    const delay = await delayUnder(ours);
    runs.push({ perCpuSecond: 1e6 / cpuPerRequest, perSecond: requestsPerSecond, delay });
    const { signatures, cpu } = await bare.process.call('sign', { seconds: DURATION });
    bares.push((signatures / cpu) * 1e6);
    if (least !== undefined) leasts.push(1e6 / (await load(least, DURATION)).cpuPerRequest);
  }
  const perCpuSecond = median(runs.map((run) => run.perCpuSecond));
  const delay = median(runs.map((run) => run.delay));
  return {
    title,
    how: `autocannon, 32 connections, ${ROUNDS} runs of ${DURATION} s each after a warm-up, in turns with the other in a process of its own; medians. CPU is that of all threads of the measured process. The delay is that of the server’s event loop, sampled every millisecond in runs of its own, since sampling takes CPU time.`,
    table: {
      columns: ['', 'signatures a CPU second', 'signatures/s', 'event loop delay, p99'],
      rows: [
        [
          ours.name,
          formatFigure(perCpuSecond),
          formatFigure(median(runs.map((run) => run.perSecond))),
          `${formatFigure(delay)} ms`,
        ],
        [bare.name, formatFigure(median(bares)), '', ''],
        ...(least === undefined ? [] : [[least.name, formatFigure(median(leasts)), '', '']]),
      ],
    },
    targets: [
      atLeast(`signatures a CPU second, of ${bare.name}`, share, perCpuSecond / median(bares)),
      atMost('event loop delay, p99', 20, delay, ' ms'),
    ],
  };
}

/** Milliseconds. */
async function delayUnder(candidate: HttpCandidate): Promise<number> {
  await candidate.server.call('watchDelay', null);
  await load(candidate, DURATION);
  return await candidate.server.call('delay', null);
}
