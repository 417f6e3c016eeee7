import { parseArgs } from 'node:util';
import makeKeysOnce from '../keys-file.ts';
import { crashRun } from './crash-run.ts';
import { fleetOnFiles, fleetOnPostgres } from './fleet.ts';
import { webhooksRun } from './webhooks-run.ts';

/** The long run: `npm run test:crash -- --store postgres --kills 200`. Ends with 1 where a promise was broken. */
const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'files' },
    kills: { type: 'string', default: '200' },
    webhooks: { type: 'boolean', default: false },
  },
});
const { store } = values;
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1 || (store !== 'files' && store !== 'postgres')) {
  process.stderr.write('Usage: npm run test:crash -- --store files|postgres --kills 200 [--webhooks]\n');
  process.exit(2);
}

makeKeysOnce();
const options = {
  fleet: store === 'files' ? fleetOnFiles : fleetOnPostgres,
  kills,
  random: Math.random,
  onKill: (kill: number) => process.stderr.isTTY && process.stderr.write(`\r${kill} of ${kills} kills`),
};
const { complaints, ...report } = await (values.webhooks ? webhooksRun(options) : crashRun(options));
process.stdout.write(`\n${JSON.stringify(report)}, ${complaints.length} broken promises\n`);
for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
process.exit(complaints.length === 0 ? 0 : 1);
