import { readFile, writeFile } from 'node:fs/promises';
import { suiteHeading } from './markdown.ts';

const INTRODUCTION = `# Results

Written by \`npm run bench\`, or by \`npm run bench -- <suite> …\` for some of the suites. Every figure is of a real run; those
that are compared were taken in the same run, in turns. The load comes from the same machine, and shares its cores
with what is measured.
`;

/** Puts the suites that were run in the place of their last results; those of the others stay as they are. */
export async function writeResults(path: string, parts: ReadonlyMap<string, string>): Promise<void> {
  const kept = sectionsOf(await readFile(path, 'utf8').catch(() => ''));
  const sections = new Map([...kept, ...parts]);
  await writeFile(path, `${[INTRODUCTION.trim(), ...sections.values()].join('\n\n')}\n`);
}

/** By the suites' names, in the order of the file. */
function sectionsOf(text: string): Map<string, string> {
  const sections = text.split(/^(?=## )/m).slice(1);
  return new Map(sections.map((section) => [nameOf(section), section.trim()]));
}

function nameOf(section: string): string {
  return (section.split('\n', 1)[0] ?? '').slice(suiteHeading({ name: '' }).length);
}
