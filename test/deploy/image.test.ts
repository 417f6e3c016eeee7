import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../server/package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, 'deploy', file), 'utf8');

test('the image takes what the package takes, and starts the same command as a user without privileges', () => {
  const dockerfile = read('Dockerfile');
  const copied = [...dockerfile.matchAll(/^COPY --from=build \/build\/server\/(\S+)/gm)].map(
    ([, path]) => path,
  );
  expect(copied).toEqual(['package.json', ...packageJson.files]);
  const command = join('server', packageJson.bin.letterhead);
  expect(dockerfile).toContain(`ENTRYPOINT ["/app/${command}"]`);
  expect(dockerfile).toMatch(/^USER node$/m);
});

test('the compose files mount only what is there', () => {
  for (const file of ['compose.yaml', 'compose.postgres.yaml']) {
    const mounted = [...read(file).matchAll(/\.\/([\w.-]+):\//g)].map(([, path = '']) => path);
    expect(mounted, file).toContain('Caddyfile');
    for (const path of mounted) expect(existsSync(join(root, 'deploy', path)), path).toBe(true);
  }
});
