import { apiSuite } from './api/suite.ts';
import { consoleSuite } from './console/suite.ts';
import { limitsSuite } from './limits/suite.ts';
import type { Suite } from './measurement.ts';
import { postgresSuite } from './postgres/suite.ts';
import { rotationSuite } from './rotation/suite.ts';
import { signingSuite } from './signing/suite.ts';
import { storeSuite } from './store/suite.ts';
import { verificationSuite } from './verification/suite.ts';
import { webhooksSuite } from './webhooks/suite.ts';

/** In the order in which they are run. */
export const suites: readonly Suite[] = [
  apiSuite,
  signingSuite,
  rotationSuite,
  storeSuite,
  postgresSuite,
  verificationSuite,
  webhooksSuite,
  limitsSuite,
  consoleSuite,
];
