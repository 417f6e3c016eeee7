import { parseArgs } from 'node:util';
import makeKeysOnce from '../keys-file.ts';
import { grownMost } from './heap-snapshot.ts';
import { soak } from './soak-run.ts';

/**
 * The long run: `npm run test:soak -- --minutes 10`. Ends with 1 where the server's memory at the end is more than a
 * tenth above what it was after the first tenth of the time, or any answer was not what it must be. Says what has grown.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  process.stderr.write('Usage: npm run test:soak -- --minutes 10\n');
  process.exit(2);
}

const ALLOWED_GROWTH = 0.1;
const SHOWN_TYPES = 10;

makeKeysOnce();
const { rounds, tenths, heap, complaints } = await soak({
  minutes,
  now: () => performance.now(),
  random: Math.random,
  onTenth: (tenth, { held, rss }, done) => {
    process.stdout.write(`${tenth}/10: ${done} rounds, ${mib(held)} held, ${mib(rss)} resident\n`);
  },
});
const [first, last] = [tenths[0], tenths.at(-1)];
const held = growth(first?.held, last?.held);
const resident = growth(first?.rss, last?.rss);
process.stdout.write(
  `${rounds} rounds in ${minutes} min: memory held ${percent(held)}, resident ${percent(resident)} since the first tenth; ${complaints.length} wrong answers\n`,
);
for (const [by, what] of [
  ['bytes', 'bytes'],
  ['count', 'number'],
] as const) {
  process.stdout.write(`What has grown most in ${what} since the first tenth:\n`);
  for (const { name, count, bytes } of grownMost(heap.first, heap.last, by, SHOWN_TYPES))
    process.stdout.write(
      `  ${(bytes / 1024).toFixed(1).padStart(9)} KiB ${String(count).padStart(8)}  ${name}\n`,
    );
}
for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
process.exit(held <= ALLOWED_GROWTH && resident <= ALLOWED_GROWTH && complaints.length === 0 ? 0 : 1);

function growth(from = Number.NaN, to = Number.NaN): number {
  return to / from - 1;
}

function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(share * 100).toFixed(1)} %`;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
