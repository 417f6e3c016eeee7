import type { Table } from './finding.ts';
import { formatFigure } from './finding.ts';
import type { HttpFigures } from './http-load.ts';

/** What was measured over HTTP, a contender a row. */
export function httpTable(figures: readonly HttpFigures[]): Table {
  return {
    columns: ['', 'requests/s', 'server CPU a request', 'p50', 'p99'],
    rows: figures.map(({ name, requestsPerSecond, cpuPerRequest, p50, p99 }) => [
      name,
      formatFigure(requestsPerSecond),
      `${formatFigure(cpuPerRequest)} µs`,
      `${formatFigure(p50)} ms`,
      `${formatFigure(p99)} ms`,
    ]),
  };
}
