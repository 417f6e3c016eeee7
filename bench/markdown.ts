import type { Finding, Suite, Table, Target } from './finding.ts';

/** A finding as Markdown that reads as well on a terminal. */
export function formatFinding(finding: Finding): string {
  const parts = [`### ${finding.title}`, finding.how, formatTable(finding.table)];
  if (finding.targets.length > 0) parts.push(formatTable(targetTable(finding.targets)));
  return parts.join('\n\n');
}

/** A suite's part of the results file; it begins with the suite's heading. */
export function formatSuite(suite: Suite, circumstances: string, findings: readonly Finding[]): string {
  return [suiteHeading(suite), suite.title, circumstances, ...findings.map(formatFinding)].join('\n\n');
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
