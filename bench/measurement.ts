/** A table of figures. The first column names what each row is about. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A target for a figure, and whether it was met. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}

/** The result of one measurement. */
export interface Result {
  readonly title: string;
  /** How it was measured, so that it can be repeated. */
  readonly how: string;
  readonly table: Table;
  readonly targets: readonly Target[];
}

/** Measures one thing, and stops everything that it started. */
export type Measurement = () => Promise<Result>;

/** Measurements that are run by one name: `npm run bench -- <name>`. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly measurements: readonly Measurement[];
}

/** A target that a figure must reach. */
export function atLeast(what: string, wanted: number, measured: number, unit = ''): Target {
  return target(what, 'at least', wanted, measured, unit, measured >= wanted);
}

/** A target that a figure must not exceed. */
export function atMost(what: string, wanted: number, measured: number, unit = ''): Target {
  return target(what, 'at most', wanted, measured, unit, measured <= wanted);
}

function target(
  what: string,
  bound: string,
  wanted: number,
  measured: number,
  unit: string,
  met: boolean,
): Target {
  return { what, wanted: `${bound} ${wanted}${unit}`, measured: `${formatFigure(measured)}${unit}`, met };
}

/** Three significant digits, and whole numbers above: what a benchmark can tell apart. */
export function formatFigure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
