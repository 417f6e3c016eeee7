import type { LookupObserver } from './dns/lookup.ts';
import type { CheckObserver } from './monitor/run-check.ts';
import type { Prometheus, WatchedGauges } from './prometheus.ts';
import { dkimStateOf } from './records/record-states.ts';
import type { DatabaseObserver } from './store/database-observer.ts';

/** Prometheus metrics for the operator. */
export interface Metrics {
  /** Renders what `/metrics` serves, and says of which type it is. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
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

/** Observations after which they are recorded, unless a scrape asks for them before. */
const BATCH = 1_000;

type Observation = (prometheus: Prometheus) => void;

/**
 * Keeps what is observed until there is a batch of it, or a scrape: in a loop, a histogram takes a fraction of the time
 * that it takes between other work. The library for it is loaded then, as it would be a twentieth of a start.
 */
export function createMetrics(): Metrics {
  let kept: Observation[] = [];
  let loading: Promise<Prometheus> | null = null;
  const record = async () => {
    loading ??= import('./prometheus.ts').then(({ createPrometheus }) => createPrometheus());
    const prometheus = await loading;
    const observations = kept;
    kept = [];
    for (const observe of observations) observe(prometheus);
    return prometheus;
  };
  const keep = (observation: Observation) => {
    if (kept.push(observation) !== BATCH) return;
    // A scrape says so as well. What cannot be recorded is not kept for ever.
    record().catch(() => {
      kept = [];
    });
  };
  return {
    async render() {
      const { registry } = await record();
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
    request: (method, route, status, seconds) =>
      keep(({ requests }) => requests.observe({ method, route, status }, seconds)),
    keyDelivered: (account) => keep(({ deliveredKeys }) => deliveredKeys.inc({ account })),
    signed: (account) => keep(({ signatures }) => signatures.inc({ account })),
    notice: (outcome) => keep(({ notices }) => notices.inc({ outcome })),
    delivery: (isDelivered) =>
      keep(({ deliveries }) => deliveries.inc({ outcome: isDelivered ? 'delivered' : 'failed' })),
    checks: {
      checked({ row, asked, verdicts, ms }) {
        const code = verdicts[dkimStateOf(row).id]?.code ?? 'none';
        keep(({ checks }) => checks.observe({ asked: String(asked), code }, ms / 1000));
        if (code === 'KEY_MISMATCH') keep(({ mismatches }) => mismatches.inc());
      },
      failed: () => keep(({ failures }) => failures.inc()),
    },
    lookup: ({ whom, outcome, ms }) => keep(({ lookups }) => lookups.observe({ whom, outcome }, ms / 1000)),
    database: {
      queried: (statement, outcome, ms) =>
        keep(({ queries }) => queries.observe({ statement, outcome }, ms / 1000)),
      opened: (pool) => keep(({ addPoolGauge }) => addPoolGauge(pool)),
    },
    watch: (gauges) => keep(({ watch }) => watch(gauges)),
  };
}
