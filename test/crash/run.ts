import { parseArgs } from 'node:util';
import makeKeysOnce from '../keys-file.ts';
import { crashRun } from './crash-run.ts';
import { fleetOnFiles, fleetOnPostgres } from './fleet.ts';

/** The long run: `npm run test:crash -- --store postgres --kills 200`. Ends with 1 where a promise was broken. */
const { values } = parseArgs({
  options: { store: { type: 'string', default: 'files' }, kills: { type: 'string', default: '200' } },
});
const { store } = values;
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1 || (store !== 'files' && store !== 'postgres')) {
  process.stderr.write('Usage: npm run test:crash -- --store files|postgres --kills 200\n');
  process.exit(2);
}

makeKeysOnce();
const report = await crashRun({
  fleet: store === 'files' ? fleetOnFiles : fleetOnPostgres,
  kills,
  random: Math.random,
  onKill: (kill) => process.stderr.isTTY && process.stderr.write(`\r${kill} of ${kills} kills`),
});
process.stdout.write(
  `\n${report.kills} kills, ${report.acknowledged} acknowledged changes, ${report.unknown} of unknown outcome, ${report.complaints.length} broken promises\n`,
);
for (const complaint of report.complaints) process.stdout.write(`${complaint}\n`);
process.exit(report.complaints.length === 0 ? 0 : 1);
