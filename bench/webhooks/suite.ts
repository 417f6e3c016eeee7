import type { Suite } from '../measurement.ts';
import { deliverBacklog } from './backlog.ts';
import { idleEndpoints } from './idle.ts';
import { timeToArrival } from './time-to-arrival.ts';

export const webhooksSuite: Suite = {
  name: 'webhooks',
  title: 'How fast webhooks are sent, and what endpoints cost that do not answer or get nothing.',
  measurements: [deliverBacklog, timeToArrival, idleEndpoints],
};
