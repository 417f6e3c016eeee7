import type { Result } from '../measurement.ts';
import { atLeast, formatFigure } from '../measurement.ts';
import type { CreateRun } from '../messages.ts';
import { median } from '../statistics.ts';
import type { CreateCandidate } from './create-candidates.ts';
import { createCandidates } from './create-candidates.ts';
import { ofDomains } from './grown-folders.ts';

const CLIENTS = 32;
const WARM_UP_SECONDS = 2;
const SECONDS = 5;
/** How often each candidate runs at each size; the largest takes the others minutes. */
const RUNS = new Map([
  [1000, 3],
  [10_000, 3],
  [100_000, 1],
]);
/** The size that the targets are about. */
const TARGET_SIZE = 10_000;

/** How many domains can be created a second, by several clients at once. */
export async function createsASecond(): Promise<Result> {
  const rates = new Map(
    Object.values(createCandidates).map((candidate) => [candidate, new Map<number, number>()]),
  );
  for (const [domains, runs] of RUNS) {
    for (const [candidate, rate] of await measureSize(domains, runs))
      rates.get(candidate)?.set(domains, rate);
  }
  const { ourStore, ourApi, lowdb, jsonServer } = createCandidates;
  const times = (ours: CreateCandidate, other: CreateCandidate) =>
    (rates.get(ours)?.get(TARGET_SIZE) ?? 0) / (rates.get(other)?.get(TARGET_SIZE) ?? 0);
  return {
    title: 'Creates a second',
    how: `${CLIENTS} clients on different accounts, ${SECONDS} s each after a warm-up of ${WARM_UP_SECONDS} s, or fewer where so many creates would let the store grow by a fifth; the median of three runs in turns, each on a fresh copy with ten domains an account. At 100,000 domains one run without a warm-up, for the others' first ${CLIENTS} creates take minutes. Letterhead has each create on the disk, synced, before it answers; the others don't sync, and json-server answers before it has written.`,
    table: {
      columns: ['creates/s at', ...[...RUNS.keys()].map((domains) => `${formatFigure(domains)} domains`)],
      rows: [...rates].map(([{ name }, bySize]) => [name, ...[...bySize.values()].map(formatFigure)]),
    },
    targets: [
      atLeast('the store, of lowdb at 10,000', 50, times(ourStore, lowdb), ' ×'),
      atLeast('over REST, of json-server at 10,000', 50, times(ourApi, jsonServer), ' ×'),
    ],
  };
}

async function measureSize(domains: number, runs: number): Promise<[CreateCandidate, number][]> {
  // Few enough that the store is still about that size at the end.
  const atMost = Math.max(10 * CLIENTS, domains / 5);
  const warmUp = { seconds: runs > 1 ? WARM_UP_SECONDS : 0, atMost: atMost / 2 };
  const order = { clients: CLIENTS, warmUp, measured: { seconds: SECONDS, atMost } };
  const rates = new Map(Object.values(createCandidates).map((candidate) => [candidate, [] as number[]]));
  for (let run = 0; run < runs; run += 1) {
    for (const [candidate, found] of rates)
      found.push(perSecond(await candidate.run(ofDomains(domains), order)));
  }
  return [...rates].map(([candidate, found]) => [candidate, median(found)]);
}

function perSecond({ creates, seconds }: CreateRun): number {
  return creates / seconds;
}
