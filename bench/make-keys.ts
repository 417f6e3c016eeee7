import { open } from 'node:fs/promises';
import { KeyPool } from '../server/keys/key-pool.ts';
import { formatKeyLine } from '../test/keys-file.ts';

/**
 * Makes a file of real RSA-2048 keys, one a line, for benchmarks and crash tests to draw from:
 * `node -C letterhead-source bench/make-keys.ts <file> <how many>`. The keys are not secret: use them for nothing else.
 */
const [path, howMany] = process.argv.slice(2);
const count = Number(howMany);
if (path === undefined || !Number.isInteger(count) || count < 1) {
  process.stderr.write('Usage: node -C letterhead-source bench/make-keys.ts <file> <how many>\n');
  process.exit(2);
}

await using file = await open(path, 'w', 0o600);
const pool = new KeyPool({
  onWorkerDeath: (error) => process.stderr.write(`The key worker died: ${error.message}\n`),
});
for (let made = 0; made < count; made += 1) await file.write(formatKeyLine(await pool.take(0)));
await pool.close();
process.stdout.write(`${count} keys in ${path}\n`);
