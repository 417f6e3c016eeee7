import { percentile } from '../../bench/statistics.ts';
import type { HostileReport } from './hostile-run.ts';
import type { VictimFigures } from './victim-load.ts';

/** Limits of what one account may do to the server and to another account, in milliseconds. */
export const PROMISES = { stretch: 50, getsLater: 50, checksLater: 1000 } as const;

/** Violations; there must be none. */
export function complaintsOf({ calm, attacked, stretches }: HostileReport): string[] {
  const complaints: string[] = [];
  const longest = stretches?.longest[0]?.ms ?? Number.POSITIVE_INFINITY;
  if (longest > PROMISES.stretch)
    complaints.push(`the main thread was taken for ${milliseconds(longest)} at a stretch`);
  const later = percentile(attacked.gets, 0.99) - percentile(calm.gets, 0.99);
  if (later > PROMISES.getsLater) complaints.push(`the victim's GET took ${milliseconds(later)} more at p99`);
  const checksLater = Math.max(...attacked.checks) - percentile(calm.checks, 0.5);
  if (checksLater > PROMISES.checksLater)
    complaints.push(`the victim's check took ${milliseconds(checksLater)} more`);
  for (const [fault, count] of Object.entries(attacked.wrong))
    complaints.push(`the victim's ${fault}: ${count}×`);
  return complaints;
}

/** Formats a report for people. */
export function formatReport(report: HostileReport): string {
  const { calm, attacked, stretches, tallies, hostileQuestions, memory } = report;
  return [
    'Attacks: begun, and what came of them',
    ...tallies.map(({ name, begun, outcomes }) => `  ${name}: ${begun}; ${counts(outcomes)}`),
    `  questions to the attacker's name servers: ${hostileQuestions}`,
    '',
    'Longest stretches of the main thread, in CPU time',
    ...(stretches?.longest ?? []).map(
      ({ ms, resource, code }) => `  ${milliseconds(ms)} ${resource}: ${code.join('; ')}`,
    ),
    stretches === null
      ? '  The server stands still.'
      : `  timers late by: p50 ${milliseconds(stretches.delay.p50)}, p99 ${milliseconds(stretches.delay.p99)}, max ${milliseconds(stretches.delay.max)}`,
    `  memory: ${memory.map(({ held, rss }) => `${mib(held)} held, ${mib(rss)} resident`).join(' → ')}`,
    '',
    'The victim, without attacks and with them',
    `  GET p50, p99, max: ${times(calm.gets, [0.5, 0.99, 1])} → ${times(attacked.gets, [0.5, 0.99, 1])}`,
    `  verify-dns p50, max: ${times(calm.checks, [0.5, 1])} → ${times(attacked.checks, [0.5, 1])}`,
    `  wrong answers: ${wrongOf(calm)} → ${wrongOf(attacked)}`,
  ].join('\n');
}

function times(of: readonly number[], shares: readonly number[]): string {
  return shares.map((share) => milliseconds(percentile(of, share))).join(', ');
}

function wrongOf({ gets, checks, wrong }: VictimFigures): string {
  const count = Object.values(wrong).reduce((sum, one) => sum + one, 0);
  return `${count} of ${gets.length + checks.length}${count === 0 ? '' : ` (${counts(wrong)})`}`;
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([what, count]) => `${count}× ${what}`)
    .join(', ');
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
