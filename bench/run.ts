import { fileURLToPath } from 'node:url';
import { describeCircumstances } from './circumstances.ts';
import type { Finding, Suite } from './finding.ts';
import { formatFinding, formatSuite } from './markdown.ts';
import { writeResults } from './results-file.ts';
import { suites } from './suites.ts';

const RESULTS_FILE = fileURLToPath(new URL('RESULTS.md', import.meta.url));

/** `npm run bench [-- <suite> …]`: runs the suites, all without a name, and keeps what they found. */
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
  const circumstances = describeCircumstances(new Date());
  process.stdout.write(`## ${suite.name}\n\n${circumstances}\n\n`);
  const findings: Finding[] = [];
  for (const measure of suite.measurements) {
    const finding = await measure();
    process.stdout.write(`${formatFinding(finding)}\n\n`);
    findings.push(finding);
  }
  return formatSuite(suite, circumstances, findings);
}
