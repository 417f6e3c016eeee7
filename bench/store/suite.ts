import type { Suite } from '../measurement.ts';
import { createLatency } from './create-latency.ts';
import { createsASecond } from './creates-a-second.ts';
import { longList } from './long-list.ts';
import { startAndMemory } from './start-and-memory.ts';

export const storeSuite: Suite = {
  name: 'store',
  title: 'What the store in files does, and what many domains cost it.',
  measurements: [createsASecond, createLatency, startAndMemory, longList],
};
