import { parseArgs } from 'node:util';
import makeKeysOnce from '../keys-file.ts';
import type { Family } from './attacks.ts';
import { FAMILIES } from './attacks.ts';
import { runHostile } from './hostile-run.ts';
import { complaintsOf, formatReport } from './report.ts';

/**
 * The long run: `npm run test:hostile -- --minutes 2`, or with `--only checks,batches` some of the attacks alone.
 * Ends with 1 where the attacks took more from the server, or from another account, than is promised.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '2' }, only: { type: 'string', default: FAMILIES.join() } },
});
const minutes = Number(values.minutes);
const families = values.only
  .split(',')
  .filter((name): name is Family => FAMILIES.some((one) => one === name));
if (!(minutes > 0) || families.length === 0) {
  process.stderr.write(`Usage: npm run test:hostile -- [--minutes 2] [--only ${FAMILIES.join()}]\n`);
  process.exit(2);
}

makeKeysOnce();
const report = await runHostile({
  seconds: minutes * 60,
  scale: 1,
  calmSeconds: 10,
  families,
  checkEvery: 1600,
});
const complaints = complaintsOf(report);
process.stdout.write(`${formatReport(report)}\n\n`);
for (const complaint of complaints) process.stdout.write(`Not kept: ${complaint}\n`);
if (complaints.length === 0) process.stdout.write('All is as promised.\n');
process.exit(complaints.length === 0 ? 0 : 1);
