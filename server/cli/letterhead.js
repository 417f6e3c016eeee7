#!/usr/bin/env -S node --conditions=letterhead-source --max-semi-space-size=8
// Plain JavaScript that any Node reads: it looks at the version before anything newer is loaded. A young generation of
// 8 MB a half: it would grow to 134 MB at a start with many domains, and collecting one of 16 MB takes over 50 ms under load.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `Letterhead needs Node 22.19 or newer, and this is ${process.versions.node}. In the checkout, \`npm start\` and \`npx letterhead\` bring their own.\n`,
  );
  process.exit(2);
}

if (['--version', '-v'].includes(process.argv[2] ?? '')) {
  // Loads nothing, because scripts and people expect the version at once.
  const { readFileSync } = await import('node:fs');
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  // node:sqlite holds the lock on the data folder, and says at each start that it is experimental: nobody can act on that.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (rest[0] !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest);
  };

  // Node would open its debugger to every user of the machine, and with it all keys: log rotations send this signal.
  if (process.platform !== 'win32') process.on('SIGUSR1', () => {});

  // Halves the time of a start. Kept beside the packages: what lies in a folder that all may write to is not to be run.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/letterhead/compiled', import.meta.url)));

  // The package holds the sources as JavaScript: see build-package.ts.
  const isPackage = !existsSync(new URL('../main.ts', import.meta.url));
  const { main } = isPackage ? await import('../dist/server/main.js') : await import('../main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
