import type { HttpCandidate } from '../http-load.ts';
import { load } from '../http-load.ts';
import type { Result } from '../measurement.ts';
import { atLeast, atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import type { ServedSigning } from './served-signing.ts';
import { serveSigning, startBareSigning, startFastifySigning } from './served-signing.ts';

const ROUNDS = 3;
/** Seconds. A signature takes so long that code is slow to become hot. */
const WARM_UP = 20;
const DURATION = 5;

interface Comparison {
  readonly title: string;
  readonly what: 'mailauth' | 'rsa';
  readonly bare: string;
  readonly of: (served: ServedSigning) => HttpCandidate;
  readonly share: number;
}

/** What signing a whole message costs, beside what it costs without a server. */
export function signRawMessages(): Promise<Result> {
  return compare({
    title: 'Signing a raw message of 50 KB',
    what: 'mailauth',
    bare: 'mailauth’s dkimSign, called bare',
    of: ({ raw }) => raw,
    share: 0.8,
  });
}

/** The same of headers and a body hash. */
export function signByHash(): Promise<Result> {
  return compare({
    title: 'Signing by body hash',
    what: 'rsa',
    bare: 'crypto.sign, RSA-2048, called bare',
    of: ({ byHash }) => byHash,
    share: 0.7,
  });
}

async function compare({ title, what, bare, of, share }: Comparison): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const served = await serveSigning(folder);
  await using letterhead = served.letterhead;
  await using peer = await startBareSigning(what, served.file);
  await using fastify = await startFastifySigning(served.byHash);
  const least = { ...served.byHash, name: 'Fastify alone, signing a body in a thread', server: fastify };
  await load(of(served), WARM_UP);
  await load(least, WARM_UP);
  const ours: { perCpuSecond: number; perSecond: number; delay: number }[] = [];
  const theirs: number[] = [];
  const leasts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await letterhead.call('delay', null);
    const { cpuPerRequest, requestsPerSecond } = await load(of(served), DURATION);
    const delay = await letterhead.call('delay', null);
    ours.push({ perCpuSecond: 1e6 / cpuPerRequest, perSecond: requestsPerSecond, delay });
    const { signatures, cpu } = await peer.call('sign', { seconds: DURATION });
    theirs.push((signatures / cpu) * 1e6);
    leasts.push(1e6 / (await load(least, DURATION)).cpuPerRequest);
  }
  const perCpuSecond = median(ours.map((run) => run.perCpuSecond));
  const delay = median(ours.map((run) => run.delay));
  return {
    title,
    how: `autocannon, 32 connections, ${ROUNDS} runs of ${DURATION} s each after a warm-up, in turns with the other in a process of its own; medians. CPU is that of all threads of the measured process. The delay is that of the server’s event loop, sampled every millisecond.`,
    table: {
      columns: ['', 'signatures a CPU second', 'signatures/s', 'event loop delay, p99'],
      rows: [
        [
          of(served).name,
          formatFigure(perCpuSecond),
          formatFigure(median(ours.map((run) => run.perSecond))),
          `${formatFigure(delay)} ms`,
        ],
        [bare, formatFigure(median(theirs)), '', ''],
        [least.name, formatFigure(median(leasts)), '', ''],
      ],
    },
    targets: [
      atLeast(`signatures a CPU second, of ${bare}`, share, perCpuSecond / median(theirs)),
      atMost('event loop delay, p99', 20, delay, ' ms'),
    ],
  };
}
