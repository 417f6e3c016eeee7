import type { Suite } from '../measurement.ts';
import { createWhileRefilling } from './create-while-refilling.ts';
import { firstAnswer } from './first-answer.ts';
import { getOverRest } from './get-over-rest.ts';
import { getOverTrpc } from './get-over-trpc.ts';

export const apiSuite: Suite = {
  name: 'api',
  title: 'What a request costs, and a start.',
  measurements: [getOverRest, getOverTrpc, createWhileRefilling, firstAnswer],
};
