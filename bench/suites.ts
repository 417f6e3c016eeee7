import { apiSuite } from './api/suite.ts';
import type { Suite } from './finding.ts';
import { storeSuite } from './store/suite.ts';

/** In the order in which they are run. */
export const suites: readonly Suite[] = [apiSuite, storeSuite];
