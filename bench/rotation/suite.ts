import type { Suite } from '../measurement.ts';
import { fillEmptyZone } from './fill-empty-zone.ts';
import { oneDomain } from './one-domain.ts';
import { rotateAllDomains } from './rotate-all-domains.ts';

export const rotationSuite: Suite = {
  name: 'rotation',
  title: 'The key zone, on Knot as its primary.',
  measurements: [fillEmptyZone, oneDomain, rotateAllDomains],
};
