/** The same value, which nobody can change any more: what readers get is what the store itself goes on with.
 * Rows of a file are frozen when they are first given out: freezing 100,000 of them would be felt at a start. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
