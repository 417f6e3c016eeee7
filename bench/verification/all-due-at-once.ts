import { cp } from 'node:fs/promises';
import { dataFolderIn, keysFile, serverEnvironment } from '../letterhead-server.ts';
import type { MeasuredProcess } from '../measured-process.ts';
import { startProcess } from '../measured-process.ts';
import type { Result } from '../measurement.ts';
import { atLeast, atMost, formatFigure } from '../measurement.ts';
import type { CheckRun } from '../messages.ts';
import { median } from '../statistics.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import {
  customerZones,
  DEAD_ZONE,
  internetSettings,
  ONE_MISSING_OF,
  PROVIDERS,
  startInternet,
} from './internet.ts';
import type { NewDomain } from './new-domains.ts';
import { createDomains } from './new-domains.ts';

type TemporaryFolder = { readonly path: string };

const DOMAINS = 1000;
const IN_THE_DEAD_ZONE = 10;
const ROUNDS = 3;
/** Milliseconds. */
const LATENCY = 20;

/** How fast a crowd of domains is checked, beside a loop that only asks; and what a dead zone among them costs. */
export async function allDueAtOnce(): Promise<Result> {
  await using folder = await makeTemporaryFolder();
  const domains = await createDomains(dataFolderIn(folder), names());
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await runRound(folder, domains));
  const rate = median(rounds.map(({ whole }) => domainRate(whole)));
  const slower = median(rounds.map(({ whole, partly }) => 100 * (partly.seconds / whole.seconds - 1)));
  return {
    title: '1,000 domains due at once',
    how: `Each domain has a zone of its own, at one of ${PROVIDERS} providers with two name servers each; ${IN_THE_DEAD_ZONE} more lie in one zone with two servers that it has for itself. One in ${ONE_MISSING_OF} has not published its record. Every answer takes ${LATENCY} ms; name servers and resolver are in a process of their own. The loop asks the same questions of the same servers through Node’s resolver, as many at a time as our monitor had under way on average. ${ROUNDS} rounds in turns, medians.`,
    table: {
      columns: ['', 'domains/s', 'questions/s', 'in flight', 'seconds', 'CPU a domain'],
      rows: [
        medians(
          'Letterhead: monitor, DNS and store',
          rounds.map(({ whole }) => whole),
        ),
        medians(
          'the same, the one zone’s servers silent',
          rounds.map(({ partly }) => partly),
        ),
        medians(
          'a loop over dns.promises.Resolver',
          rounds.map(({ loop }) => loop),
        ),
      ],
    },
    targets: [
      atLeast('domains a second', 100, rate),
      atMost('longer until all others are checked, with a dead zone', 10, slower, ' %'),
    ],
  };
}

function names(): string[] {
  const living = Array.from({ length: DOMAINS }, (_, at) => `customer-${at + 1}.example`);
  const dying = Array.from({ length: IN_THE_DEAD_ZONE }, (_, at) => `desk-${at + 1}.${DEAD_ZONE}`);
  // Those of the dead zone come first, as somebody's who would hold up the others.
  return [...dying, ...living];
}

/** With the microseconds of CPU time a domain. */
type Costed<Run> = Run & { readonly cpu: number };

interface Round {
  readonly whole: Costed<CheckRun>;
  readonly partly: Costed<CheckRun>;
  readonly loop: Costed<Omit<CheckRun, 'checks'>>;
}

async function runRound(folder: TemporaryFolder, domains: readonly NewDomain[]): Promise<Round> {
  const partly = await checkAllWithDeadZone(folder, domains);
  await using internet = await startInternet(folder, { zones: customerZones(domains), latency: LATENCY });
  const whole = await checkAll(folder, internet);
  const received = await internet.call('questionsReceived', null);
  // Node's resolver gives up some of the names that have a dot inside of a label.
  const questions = received.filter(({ name }) => !name.includes('\\'));
  const inFlight = Math.round(whole.inFlight);
  await using loop = await startProcess({
    script: 'processes/resolver-loop.ts',
    options: { port: Number(new URL(internet.url).port) },
  });
  const before = await loop.call('usage', null);
  const run = await loop.call('askAll', { questions, inFlight });
  const after = await loop.call('usage', null);
  if (run.failures > 0) throw new Error(`${run.failures} questions of the loop were not answered.`);
  const cpu = (after.cpu - before.cpu) / DOMAINS;
  return { whole, partly, loop: { ...run, cpu, questions: questions.length, inFlight } };
}

async function checkAllWithDeadZone(
  folder: TemporaryFolder,
  domains: readonly NewDomain[],
): Promise<Costed<CheckRun>> {
  await using internet = await startInternet(folder, {
    zones: customerZones(domains),
    latency: LATENCY,
    dead: true,
  });
  return await checkAll(folder, internet);
}

/** Each time on a fresh copy, where all are due for the first time. */
async function checkAll(folder: TemporaryFolder, internet: MeasuredProcess): Promise<Costed<CheckRun>> {
  await using copy = await makeTemporaryFolder();
  const dataDir = dataFolderIn(copy);
  await cp(dataFolderIn(folder), dataDir, { recursive: true });
  await using monitor = await startProcess({
    script: 'processes/check-due.ts',
    options: {
      environment: { ...serverEnvironment(dataDir), ...internetSettings(internet), LOG_LEVEL: 'warn' },
      keysFile: keysFile(),
      deadZone: DEAD_ZONE,
    },
  });
  const before = await monitor.call('usage', null);
  const run = await monitor.call('checkDue', null);
  const after = await monitor.call('usage', null);
  return { ...run, cpu: (after.cpu - before.cpu) / DOMAINS };
}

function medians(name: string, runs: readonly Costed<Omit<CheckRun, 'checks'>>[]): string[] {
  const [domains, questions, inFlight, seconds, cpu] = [
    runs.map(domainRate),
    runs.map((run) => run.questions / run.seconds),
    runs.map((run) => run.inFlight),
    runs.map((run) => run.seconds),
    runs.map((run) => run.cpu),
  ].map((figures) => formatFigure(median(figures)));
  return [name, `${domains}`, `${questions}`, `${inFlight}`, `${seconds}`, `${cpu} µs`];
}

/** Those of the dead zone do not count: few questions are about them. */
function domainRate({ seconds }: Pick<CheckRun, 'seconds'>): number {
  return DOMAINS / seconds;
}
