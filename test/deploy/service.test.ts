import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'letterhead-service-'));
const UNIT = join(folder, 'letterhead.service');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The checkout has the command at the same place below its root as /opt/letterhead has.
const unit = readFileSync(join(root, 'deploy/letterhead.service'), 'utf8');
writeFileSync(UNIT, unit.replaceAll('/opt/letterhead', root));

test('the systemd unit has no error, and runs the installed command', () => {
  expect(
    execFileSync('systemd-analyze', ['verify', '--man=no', UNIT], { encoding: 'utf8', stdio: 'pipe' }),
  ).toBe('');
});

test('the systemd unit is exposed to less than 1.5 of 10', () => {
  const check = ['security', '--offline=yes', '--threshold=15', UNIT];
  expect(execFileSync('systemd-analyze', check, { encoding: 'utf8', stdio: 'pipe' })).toContain('OK');
});
