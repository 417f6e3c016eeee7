import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { LookupObserver } from './dns/lookup.ts';
import type { CheckObserver } from './monitor/run-check.ts';
import { dkimStateOf } from './records/record-states.ts';

/** What an operator can watch, in Prometheus' words. */
export interface Metrics {
  /** The text that `/metrics` serves. */
  readonly registry: Registry;
  /** Told of every answered request. `route` is the pattern, never the path: its values are bounded. */
  request(method: string, route: string, status: number, seconds: number): void;
  readonly checks: CheckObserver;
  readonly lookup: LookupObserver;
  /** Adds what is only looked at when somebody asks: the process, and these. */
  watch(gauges: WatchedGauges): void;
}

export interface WatchedGauges {
  readonly dueChecks: () => Promise<number>;
  readonly checksInFlight: () => Promise<number>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own, so that two servers in one process do not share their figures. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'letterhead_http_request_seconds',
    help: 'How long requests took, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const checks = new Histogram({
    name: 'letterhead_check_seconds',
    help: 'How long checks of a domain took, by what they found of its DKIM record.',
    labelNames: ['asked', 'code'],
    buckets: SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'letterhead_check_failures_total',
    help: 'Checks that could not be kept, and are made again.',
    registers,
  });
  const lookups = new Histogram({
    name: 'letterhead_dns_lookup_seconds',
    help: 'How long questions to name servers took, by whom was asked and how it ended.',
    labelNames: ['whom', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  return {
    registry,
    request: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    checks: {
      checked: ({ row, asked, verdicts, ms }) =>
        checks.observe(
          { asked: String(asked), code: verdicts[dkimStateOf(row).id]?.code ?? 'none' },
          ms / 1000,
        ),
      failed: () => failures.inc(),
    },
    lookup: ({ whom, outcome, ms }) => lookups.observe({ whom, outcome }, ms / 1000),
    watch(gauges) {
      collectDefaultMetrics({ register: registry });
      watchGauges(registers, gauges);
    },
  };
}

function watchGauges(registers: Registry[], { dueChecks, checksInFlight }: WatchedGauges): void {
  addGauge(registers, 'letterhead_checks_due', 'Domains whose check is due and has not begun.', dueChecks);
  addGauge(registers, 'letterhead_checks_in_flight', 'Checks that are under way.', checksInFlight);
}

function addGauge(registers: Registry[], name: string, help: string, read: () => Promise<number>): void {
  new Gauge({
    name,
    help,
    registers,
    async collect() {
      this.set(await read());
    },
  });
}
