import type { LookupObserver } from './dns/lookup.ts';
import { Histogram } from './histogram.ts';
import type { CheckObserver } from './monitor/run-check.ts';
import { dkimStateOf } from './records/record-states.ts';

/** Metrics for the operator, in Prometheus' terms. */
export interface Metrics {
  /** What `/metrics` serves, of the type `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Told of every answered request. `route` is the pattern, never the path: its values are bounded. */
  request(method: string, route: string, status: number, seconds: number): void;
  readonly checks: CheckObserver;
  readonly lookup: LookupObserver;
  /** Adds what is only looked at when somebody asks. */
  watch(gauges: WatchedGauges): void;
}

export interface WatchedGauges {
  readonly dueChecks: () => Promise<number>;
  readonly checksInFlight: () => number;
}

/** Figures of their own for each server, so that two in one process do not share them. */
export function createMetrics(): Metrics {
  const requests = new Histogram(
    'letterhead_http_request_seconds',
    'Duration of HTTP requests in seconds, by route.',
    ['method', 'route', 'status'],
  );
  const checks = new Histogram(
    'letterhead_check_seconds',
    'Duration of domain checks in seconds, by the diagnosis code of the DKIM record.',
    ['asked', 'code'],
  );
  const lookups = new Histogram(
    'letterhead_dns_lookup_seconds',
    'Duration of DNS queries in seconds, by kind of server and outcome.',
    ['whom', 'outcome'],
  );
  let failures = 0;
  let watched: WatchedGauges | null = null;
  const processMetrics = lazyProcessMetrics();
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    async text() {
      return [
        ...[requests, checks, lookups].map((histogram) => histogram.format()),
        formatNumber(
          'counter',
          'letterhead_check_failures_total',
          'Checks whose result could not be saved and that will be retried.',
          failures,
        ),
        ...(watched === null ? [] : await formatGauges(watched)),
        await processMetrics(),
      ].join('\n');
    },
    request: (method, route, status, seconds) => requests.observe(seconds, method, route, String(status)),
    checks: {
      checked: ({ row, asked, verdicts, ms }) =>
        checks.observe(ms / 1000, String(asked), verdicts[dkimStateOf(row).id]?.code ?? 'none'),
      failed: () => {
        failures += 1;
      },
    },
    lookup: ({ whom, outcome, ms }) => lookups.observe(ms / 1000, whom, outcome),
    watch(gauges) {
      watched = gauges;
    },
  };
}

async function formatGauges({ dueChecks, checksInFlight }: WatchedGauges): Promise<string[]> {
  const due = 'Domains whose check is due and has not started.';
  return [
    formatNumber('gauge', 'letterhead_checks_due', due, await dueChecks()),
    formatNumber('gauge', 'letterhead_checks_in_flight', 'Checks in progress.', checksInFlight()),
  ];
}

function formatNumber(type: 'counter' | 'gauge', name: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}

/** The process itself, as prom-client measures it from the first time on that somebody asks. */
function lazyProcessMetrics(): () => Promise<string> {
  let registry: Promise<{ metrics(): Promise<string> }> | undefined;
  return async () => {
    registry ??= import('prom-client').then(({ collectDefaultMetrics, Registry }) => {
      const register = new Registry();
      collectDefaultMetrics({ register });
      return register;
    });
    return (await registry).metrics();
  };
}
