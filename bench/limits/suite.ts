import type { Suite } from '../measurement.ts';
import { getWithEverythingOn } from './get-with-everything-on.ts';

export const limitsSuite: Suite = {
  name: 'limits',
  title: 'What protection and observation cost.',
  measurements: [getWithEverythingOn],
};
