import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { unpackChromium } from './chromium.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'client/console');
/** What is built into the console besides its own sources. */
const shared = join(root, 'shared');

/** Before any test: builds the console where its sources are newer than what was built, and unpacks the browser once. */
export default async function setup(): Promise<void> {
  if (Math.max(newest(folder), newest(shared)) > builtAt()) await build({ root: folder, logLevel: 'warn' });
  await unpackChromium();
}

function builtAt(): number {
  return statSync(join(folder, 'dist/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(root: string): number {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/[/\\](?:dist|node_modules)(?:$|[/\\])/.test(entry.parentPath))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}
