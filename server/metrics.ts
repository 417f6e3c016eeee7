import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { LookupObserver } from './dns/lookup.ts';
import type { CheckObserver } from './monitor/run-check.ts';
import { dkimStateOf } from './records/record-states.ts';
import type { DatabaseObserver, PoolState } from './store/database-observer.ts';

/** Prometheus metrics for the operator. */
export interface Metrics {
  /** Renders the text that `/metrics` serves, of the type `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Records an answered request. `route` is the pattern and never the path, to bound the label's values. */
  request(method: string, route: string, status: number, seconds: number): void;
  /** Counts a private key of an account that a mail server fetched. */
  keyDelivered(account: number): void;
  /** Counts a signature of an account. */
  signed(account: number): void;
  /** Counts an attempt to send a notice. */
  notice(outcome: string): void;
  /** Counts an attempt to deliver to a webhook. */
  delivery(isDelivered: boolean): void;
  readonly checks: CheckObserver;
  readonly lookup: LookupObserver;
  readonly database: DatabaseObserver;
  /** Adds gauges that are read at each scrape: those of the process, and these. */
  watch(gauges: WatchedGauges): void;
}

export interface WatchedGauges {
  readonly dueChecks: () => Promise<number>;
  readonly checksInFlight: () => number;
  readonly webhooks: () => Promise<{ disabled: number; lagSeconds: number }>;
  /** Null: there is no key zone. */
  readonly keyZone: () => { waiting: number; lagSeconds: number; differences: number } | null;
}

interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Requests after which their durations are recorded, unless a scrape asks for them before. */
const BATCH = 1_000;

/** The upper bounds of the buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Uses its own registry, so that two servers in one process do not share metrics. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const common = { buckets: BUCKETS, registers: [registry] };
  const requests = new Histogram({
    name: 'letterhead_http_request_seconds',
    help: 'Duration of HTTP requests in seconds, by route.',
    labelNames: ['method', 'route', 'status'],
    ...common,
  });
  // In a loop over many requests, a histogram takes a fraction of the time that it takes between other work.
  const answered: AnsweredRequest[] = [];
  const recordRequests = () => {
    for (const { seconds, ...labels } of answered.splice(0)) requests.observe(labels, seconds);
  };
  const checks = new Histogram({
    name: 'letterhead_check_seconds',
    help: 'Duration of domain checks in seconds, by the diagnosis code of the DKIM record.',
    labelNames: ['asked', 'code'],
    ...common,
  });
  const lookups = new Histogram({
    name: 'letterhead_dns_lookup_seconds',
    help: 'Duration of DNS queries in seconds, by kind of server and outcome.',
    labelNames: ['whom', 'outcome'],
    ...common,
  });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const failures = counter(
    'letterhead_check_failures_total',
    'Checks whose result could not be saved and that will be retried.',
  );
  const mismatches = counter(
    'letterhead_key_mismatches_total',
    'Checks that found a private key which is not the one of the published public key.',
  );
  const signatures = counter('letterhead_signatures_total', 'Signatures made, by account.', 'account');
  const deliveries = counter(
    'letterhead_keys_delivered_total',
    'Private keys that mail servers fetched, by account.',
    'account',
  );
  const notices = counter(
    'letterhead_notices_total',
    'Attempts to send a notice by mail: sent, refused for good, or failed for now.',
    'outcome',
  );
  const attempts = counter(
    'letterhead_webhook_deliveries_total',
    'Attempts to deliver an event to a webhook, tests included: delivered or failed.',
    'outcome',
  );
  const queries = new Histogram({
    name: 'letterhead_database_query_seconds',
    help: 'Duration of database queries in seconds, by statement and outcome.',
    labelNames: ['statement', 'outcome'],
    ...common,
  });
  return {
    text() {
      recordRequests();
      return registry.metrics();
    },
    contentType: registry.contentType,
    request(method, route, status, seconds) {
      answered.push({ method, route, status, seconds });
      if (answered.length === BATCH) recordRequests();
    },
    keyDelivered: (account) => deliveries.inc({ account }),
    signed: (account) => signatures.inc({ account }),
    notice: (outcome) => notices.inc({ outcome }),
    delivery: (isDelivered) => attempts.inc({ outcome: isDelivered ? 'delivered' : 'failed' }),
    checks: {
      checked({ row, asked, verdicts, ms }) {
        const code = verdicts[dkimStateOf(row).id]?.code ?? 'none';
        checks.observe({ asked: String(asked), code }, ms / 1000);
        if (code === 'KEY_MISMATCH') mismatches.inc();
      },
      failed: () => failures.inc(),
    },
    lookup: ({ whom, outcome, ms }) => lookups.observe({ whom, outcome }, ms / 1000),
    database: {
      queried: (statement, outcome, ms) => queries.observe({ statement, outcome }, ms / 1000),
      opened: (pool) => addPoolGauge(registry, pool),
    },
    watch({ dueChecks, checksInFlight, webhooks, keyZone }) {
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
    },
  };
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
