import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The checkout's files that the package needs, as JavaScript: Node strips no types below node_modules. */
const DIST = resolve(import.meta.dirname, 'dist');

process.chdir(resolve(import.meta.dirname, '..'));
rmSync(DIST, { recursive: true, force: true });
run('tsc', '-p', 'server/tsconfig.build.json');
for (const file of globSync(`${DIST}/server/**/*.js`)) bindWorkspaces(file);
for (const file of [
  ...globSync('server/!(dist)/**/*.{css,sql}'),
  'server/http/reference/reference.js',
  'LICENSE',
])
  copy(file);
run(
  'vite',
  'build',
  'client/console',
  '--logLevel',
  'warn',
  '--outDir',
  '../../server/dist/client/console/dist',
);

/** Replaces imports of workspaces, which are not installed with the package, by their files in `dist`. */
function bindWorkspaces(file: string): void {
  const code = readFileSync(file, 'utf8').replaceAll(
    /'@letterhead\/(client|shared)(?:\/(\w+))?'/g,
    (_, workspace: string, module = 'index') =>
      `'${relative(dirname(file), join(DIST, workspace, `${module}.js`))}'`,
  );
  writeFileSync(file, code);
}

function copy(file: string): void {
  const target = join(DIST, file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'inherit' });
}
