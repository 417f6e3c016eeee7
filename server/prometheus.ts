import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PoolState } from './store/database-observer.ts';

/** What is read at each scrape. */
export interface WatchedGauges {
  readonly dueChecks: () => Promise<number>;
  readonly checksInFlight: () => number;
  readonly webhooks: () => Promise<{ disabled: number; lagSeconds: number }>;
  /** Null: there is no key zone. */
  readonly keyZone: () => { waiting: number; lagSeconds: number; differences: number } | null;
}

/** The instruments of an installation, by what they measure. */
export type Prometheus = ReturnType<typeof createPrometheus>;

/** The upper bounds of the buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Uses its own registry, so that two servers in one process do not share metrics. */
export function createPrometheus() {
  const registry = new Registry();
  return {
    registry,
    ...createHistograms(registry),
    ...createCounters(registry),
    addPoolGauge: (pool: () => PoolState) => addPoolGauge(registry, pool),
    watch: (gauges: WatchedGauges) => watch(registry, gauges),
  };
}

function createHistograms(registry: Registry) {
  const histogram = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [registry] });
  return {
    requests: histogram(
      'letterhead_http_request_seconds',
      'Duration of HTTP requests in seconds, by route.',
      'method',
      'route',
      'status',
    ),
    checks: histogram(
      'letterhead_check_seconds',
      'Duration of domain checks in seconds, by the diagnosis code of the DKIM record.',
      'asked',
      'code',
    ),
    lookups: histogram(
      'letterhead_dns_lookup_seconds',
      'Duration of DNS queries in seconds, by kind of server and outcome.',
      'whom',
      'outcome',
    ),
    queries: histogram(
      'letterhead_database_query_seconds',
      'Duration of database queries in seconds, by statement and outcome.',
      'statement',
      'outcome',
    ),
  };
}

function createCounters(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  return {
    failures: counter(
      'letterhead_check_failures_total',
      'Checks whose result could not be saved and that will be retried.',
    ),
    mismatches: counter(
      'letterhead_key_mismatches_total',
      'Checks that found a private key which is not the one of the published public key.',
    ),
    signatures: counter('letterhead_signatures_total', 'Signatures made, by account.', 'account'),
    deliveredKeys: counter(
      'letterhead_keys_delivered_total',
      'Private keys that mail servers fetched, by account.',
      'account',
    ),
    notices: counter(
      'letterhead_notices_total',
      'Attempts to send a notice by mail: sent, refused for good, or failed for now.',
      'outcome',
    ),
    deliveries: counter(
      'letterhead_webhook_deliveries_total',
      'Attempts to deliver an event to a webhook, tests included: delivered or failed.',
      'outcome',
    ),
  };
}

function watch(registry: Registry, { dueChecks, checksInFlight, webhooks, keyZone }: WatchedGauges): void {
  collectDefaultMetrics({ register: registry });
  addGauge(registry, 'letterhead_checks_due', 'Domains whose check is due and has not begun.', dueChecks);
  addGauge(registry, 'letterhead_checks_in_flight', 'Checks in progress.', checksInFlight);
  addWebhookGauges(registry, webhooks);
  if (keyZone() === null) return;
  const gauge = (name: string, help: string, read: () => number | undefined) =>
    addGauge(registry, `letterhead_key_zone_${name}`, help, () => read() ?? 0);
  gauge('waiting', 'Domains whose changes wait for the key zone.', () => keyZone()?.waiting);
  gauge('lag_seconds', 'How long the oldest of them has waited.', () => keyZone()?.lagSeconds);
  gauge('differences', 'Names that differed in the last comparison.', () => keyZone()?.differences);
}

function addPoolGauge(registry: Registry, pool: () => PoolState): void {
  new Gauge({
    name: 'letterhead_database_connections',
    help: 'Connections to the database that are open and idle, and calls that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(pool())) this.set({ state }, count);
    },
  });
}

/** Reads the backlog once for both gauges. */
function addWebhookGauges(registry: Registry, read: WatchedGauges['webhooks']): void {
  let reading: ReturnType<typeof read> | null = null;
  const shared = () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  const disabled =
    'Webhooks that get nothing because they are disabled, by their accounts or after failures.';
  addGauge(registry, 'letterhead_webhooks_disabled', disabled, async () => (await shared()).disabled);
  const lag = 'How long ago the oldest event happened that an enabled webhook is not done with.';
  addGauge(registry, 'letterhead_webhook_lag_seconds', lag, async () => (await shared()).lagSeconds);
}

function addGauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => number | Promise<number>,
): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await read());
    },
  });
}
