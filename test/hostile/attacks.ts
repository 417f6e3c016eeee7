import type { Attack } from './attack.ts';
import { BATCHES } from './attacks/batches.ts';
import { BODIES } from './attacks/bodies.ts';
import { CHECKS } from './attacks/checks.ts';
import { CONNECTIONS } from './attacks/connections.ts';
import { FUZZ } from './attacks/fuzz.ts';
import { WRITES } from './attacks/writes.ts';

/** Attacks by family; each family runs in a separate process. */
export const ATTACKS = {
  bodies: BODIES,
  batches: BATCHES,
  checks: CHECKS,
  connections: CONNECTIONS,
  writes: WRITES,
  fuzz: FUZZ,
} satisfies Record<string, readonly Attack[]>;

export type Family = keyof typeof ATTACKS;

/** Runs all of them against one server. */
export const FAMILIES = Object.keys(ATTACKS) as readonly Family[]; // the object's own keys
