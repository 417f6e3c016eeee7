import type { Suite } from '../finding.ts';
import { firstLoad } from './first-load.ts';
import { thousandDomains } from './thousand-domains.ts';
import { verdictToBadge } from './verdict-to-badge.ts';

export const consoleSuite: Suite = {
  name: 'console',
  title: 'The web console in a real browser, against a server in a process of its own.',
  measurements: [firstLoad, verdictToBadge, thousandDomains],
};
