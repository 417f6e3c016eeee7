import type { Suite } from '../measurement.ts';
import { firstLoad } from './first-load.ts';
import { fullList } from './full-list.ts';
import { verdictToBadge } from './verdict-to-badge.ts';

export const consoleSuite: Suite = {
  name: 'console',
  title: 'The web console in a real browser, against a server in a process of its own.',
  measurements: [firstLoad, verdictToBadge, fullList],
};
