import { fileURLToPath } from 'node:url';
import { describeEnvironment } from './environment.ts';
import { formatResult, formatSuite } from './markdown.ts';
import type { Result, Suite } from './measurement.ts';
import { writeResults } from './results-file.ts';
import { suites } from './suites.ts';

const RESULTS_FILE = fileURLToPath(new URL('RESULTS.md', import.meta.url));

/** `npm run bench [-- <suite> …]`: runs the suites, all without a name, and keeps their results. */
const names = process.argv.slice(2);
const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  const known = suites.map((suite) => suite.name).join(', ');
  process.stderr.write(`There is no suite ${unknown.join(', ')}; there are ${known}.\n`);
  process.exit(2);
}

for (const suite of suites) {
  if (names.length > 0 && !names.includes(suite.name)) continue;
  const order = suites.map(({ name }) => name);
  await writeResults(RESULTS_FILE, { name: suite.name, text: await runSuite(suite), order });
}

async function runSuite(suite: Suite): Promise<string> {
  const environment = describeEnvironment(new Date());
  process.stdout.write(`## ${suite.name}\n\n${environment}\n\n`);
  const results: Result[] = [];
  for (const measure of suite.measurements) {
    const result = await measure();
    process.stdout.write(`${formatResult(result)}\n\n`);
    results.push(result);
  }
  return formatSuite(suite, environment, results);
}
