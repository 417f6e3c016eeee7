import { readFile, writeFile } from 'node:fs/promises';
import { suiteHeading } from './markdown.ts';

const INTRODUCTION = `# Results

Written by \`npm run bench\`, or by \`npm run bench -- <suite> …\` for some of the suites. Every figure is of a real run; those
that are compared were taken in the same run, in turns. The load comes from the same machine, and shares its cores
with what is measured.
`;

/** Puts a suite in the place of its last results; those of the others stay as they are. `order` names all suites. */
export async function writeResults(
  path: string,
  { name, text, order }: { name: string; text: string; order: readonly string[] },
): Promise<void> {
  const sections = sectionsOf(await readFile(path, 'utf8').catch(() => '')).set(name, text);
  const sorted = order.flatMap((suite) => sections.get(suite) ?? []);
  await writeFile(path, `${[INTRODUCTION.trim(), ...sorted].join('\n\n')}\n`);
}

/** By the suites' names. */
function sectionsOf(text: string): Map<string, string> {
  const sections = text.split(/^(?=## )/m).slice(1);
  return new Map(sections.map((section) => [nameOf(section), section.trim()]));
}

function nameOf(section: string): string {
  return (section.split('\n', 1)[0] ?? '').slice(suiteHeading({ name: '' }).length);
}
