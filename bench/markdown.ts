import type { Result, Suite, Table, Target } from './measurement.ts';

/** A result as Markdown that reads as well on a terminal. */
export function formatResult(result: Result): string {
  const parts = [`### ${result.title}`, result.how, formatTable(result.table)];
  if (result.targets.length > 0) parts.push(formatTable(targetTable(result.targets)));
  return parts.join('\n\n');
}

/** A suite's part of the results file; it begins with the suite's heading. */
export function formatSuite(suite: Suite, environment: string, results: readonly Result[]): string {
  return [suiteHeading(suite), suite.title, environment, ...results.map(formatResult)].join('\n\n');
}

export function suiteHeading(suite: Pick<Suite, 'name'>): string {
  return `## ${suite.name}`;
}

function targetTable(targets: readonly Target[]): Table {
  return {
    columns: ['target', 'wanted', 'measured', ''],
    rows: targets.map(({ what, wanted, measured, met }) => [
      what,
      wanted,
      measured,
      met ? 'met' : '**missed**',
    ]),
  };
}

function formatTable({ columns, rows }: Table): string {
  const widths = columns.map((column, at) =>
    Math.max(3, column.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => pad(cell, widths[at] ?? 0, at)).join(' | ')} |`;
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** Names to the left, figures to the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
