import type { Suite } from '../measurement.ts';
import { allDueAtOnce } from './all-due-at-once.ts';
import { getWhileChecking } from './get-while-checking.ts';
import { scheduledChecks } from './scheduled-checks.ts';
import { storeWithEvidence } from './store-with-evidence.ts';

export const verificationSuite: Suite = {
  name: 'verification',
  title: 'What it takes to keep watch over domains.',
  measurements: [allDueAtOnce, getWhileChecking, scheduledChecks, storeWithEvidence],
};
