import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for `await using`: it is gone with everything in it afterwards. */
export function makeTemporaryFolder() {
  return mkdtempDisposable(join(tmpdir(), 'letterhead-bench-'));
}
