import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PACKING } from '../package/packing.ts';
import { startTestServer } from '../running-server.ts';

/** An empty project with only the packed client and the packed shared types installed. */
const project = mkdtempSync(join(tmpdir(), 'letterhead-client-'));
const root = resolve(import.meta.dirname, '../..');

beforeAll(() => {
  execFileSync(
    'flock',
    [
      PACKING,
      'npm',
      'pack',
      '-w',
      '@letterhead/shared',
      '-w',
      '@letterhead/client',
      '--pack-destination',
      project,
    ],
    {
      cwd: root,
      stdio: 'pipe',
    },
  );
  const tarballs = readdirSync(project).map((name) => `./${name}`);
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'newcomer', private: true, type: 'module' }),
  );
  execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], {
    cwd: project,
    stdio: 'pipe',
  });
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        lib: ['esnext', 'dom'],
        types: [],
        strict: true,
        noEmit: true,
      },
      files: ['use.ts'],
    }),
  );
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function typeCheck(source: string): { status: number | null; output: string } {
  writeFileSync(join(project, 'use.ts'), source);
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, output: stdout };
}

const USE = `
import { createLetterhead } from '@letterhead/client';
import type { Domain } from '@letterhead/shared';
const [url = '', token = ''] = process.argv.slice(2);
const letterhead = createLetterhead({ url, token });
const domain: Domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
const year: number = domain.created_at.getUTCFullYear();
console.log(JSON.stringify({ year, isDate: domain.created_at instanceof Date, name: domain.domain }));
declare const process: { argv: string[] };
declare const console: { log(text: string): void };
`;

test('installing the packed client installs nothing of the server', () => {
  expect(readdirSync(join(project, 'node_modules/@letterhead')).sort()).toEqual(['client', 'shared']);
  const packed = execFileSync('find', [join(project, 'node_modules/@letterhead/client'), '-name', '*.js'], {
    encoding: 'utf8',
  });
  expect(packed).not.toContain('/server/');
});

test('the packed client type-checks in an empty project', () => {
  expect(typeCheck(USE)).toEqual({ status: 0, output: '' });
});

test('a misspelt field fails to compile against the packed client', () => {
  const input = typeCheck(USE.replace("domain: 'example.org'", "domian: 'example.org'"));
  expect(input.status).not.toBe(0);
  expect(input.output).toContain('domian');
  const output = typeCheck(
    USE.replace('domain.created_at.getUTCFullYear', 'domain.createdAt.getUTCFullYear'),
  );
  expect(output.status).not.toBe(0);
  expect(output.output).toContain('createdAt');
});

test('the packed client works with a server, and dates arrive as Date', async () => {
  await using server = await startTestServer();
  writeFileSync(join(project, 'use.ts'), USE);
  const { promise, resolve: finish, reject } = Promise.withResolvers<string>();
  const { execFile } = await import('node:child_process');
  execFile('node', ['use.ts', server.url, server.token], { cwd: project }, (error, stdout) =>
    error === null ? finish(stdout) : reject(error),
  );
  expect(JSON.parse(await promise)).toEqual({
    year: new Date().getUTCFullYear(),
    isDate: true,
    name: 'example.org',
  });
});

test('the packed plugin for nodemailer is loaded without the server', () => {
  writeFileSync(
    join(project, 'plugin.ts'),
    `import { letterhead } from '@letterhead/client/nodemailer';\nconsole.log(typeof letterhead);\n`,
  );
  expect(execFileSync('node', ['plugin.ts'], { cwd: project, encoding: 'utf8' })).toBe('function\n');
});
