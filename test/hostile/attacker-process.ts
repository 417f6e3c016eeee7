import { setPriority } from 'node:os';
import { childOptions, serveParent } from '../child-process.ts';
import type { Span, Target } from './attack.ts';
import { attackFor } from './attack.ts';
import type { Family } from './attacks.ts';
import { ATTACKS } from './attacks.ts';

export interface AttackerOptions extends Span {
  readonly family: Family;
  readonly target: Target;
}

/** Runs one family of attacks in a process of low priority, on request. */
setPriority(10);
const { family, target, ...span } = childOptions<AttackerOptions>();
serveParent(null, () => attackFor(ATTACKS[family], target, span));
