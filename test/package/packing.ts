import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Locked while packages are made, which are built in the checkout: one after the other (flock(1)). */
export const PACKING = join(tmpdir(), 'letterhead-packing.lock');
