import type { HttpFigures } from './http-load.ts';
import type { Table } from './measurement.ts';
import { formatFigure } from './measurement.ts';

/** Figures measured over HTTP, a row for each server. */
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
