import type { Suite } from '../finding.ts';
import { allDueAtOnce } from './all-due-at-once.ts';

export const verificationSuite: Suite = {
  name: 'verification',
  title: 'What it takes to keep watch over domains.',
  measurements: [allDueAtOnce],
};
