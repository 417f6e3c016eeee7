import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { grownMost, readHeapTypes } from './heap-snapshot.ts';

test('the growth between two heap snapshots is reported by class name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-heap-'));
  try {
    const [first, last] = [join(folder, 'first'), join(folder, 'last')];
    const script = `
      const { writeHeapSnapshot } = require('node:v8');
      class Kept { constructor(at) { this.at = at; } }
      const kept = Array.from({ length: 10 }, (_, at) => new Kept(at));
      writeHeapSnapshot(${JSON.stringify(first)});
      for (let at = 0; at < 20_000; at++) kept.push(new Kept(at));
      const buffers = Array.from({ length: 5 }, () => Buffer.alloc(1_000_000, 1));
      writeHeapSnapshot(${JSON.stringify(last)});
      process.stdout.write(String(kept.length + buffers.length));
    `;
    await promisify(execFile)(process.execPath, ['-e', script]);
    const [before, after] = [await readHeapTypes(first), await readHeapTypes(last)];
    expect(before.get('Kept')?.count).toBe(10);
    expect(grownMost(before, after, 'count', 1)).toMatchObject([{ name: 'Kept', count: 20_000 }]);
    const [largest] = grownMost(before, after, 'bytes', 1);
    expect(largest?.name).toBe('system / JSArrayBufferData');
    expect(largest?.bytes).toBeGreaterThanOrEqual(5_000_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
