import { setPriority } from 'node:os';
import { childOptions, serveParent } from '../child-process.ts';
import type { Target } from './attack.ts';
import { attackFor } from './attack.ts';
import type { Family } from './attacks.ts';
import { ATTACKS } from './attacks.ts';

export interface AttackerOptions {
  readonly family: Family;
  readonly target: Target;
  readonly seconds: number;
}

/** One family of attacks, in a process that gives way to the server's. It begins when it is told to. */
setPriority(10);
const { family, target, seconds } = childOptions<AttackerOptions>();
serveParent(null, () => attackFor(ATTACKS[family], target, seconds));
