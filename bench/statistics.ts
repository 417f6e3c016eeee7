/** The value below which the given share of all values lie; of an even number's middle two, the lower one. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('There is no percentile of no values.');
  return value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
