/** The JSON of answers that never change, by identity. */
const written = new WeakMap<object, string>();

/**
 * A value as REST spells it, with times as `2019-04-25T17:51:31+00:00`. The answers of procedures are made once and
 * never change, so each is written once; a list is put together from what its elements already are.
 */
export function restJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(restJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let json = written.get(value);
  if (json === undefined) {
    json = JSON.stringify(value, spellTime);
    written.set(value, json);
  }
  return json;
}

/** JSON.stringify has called Date's own toJSON by the time it comes here: the date is still in its holder. */
function spellTime(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const held = this[key];
  return held instanceof Date ? restTime(held) : value;
}

/** Whole seconds in UTC, spelt with an offset. */
export function restTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+00:00`;
}
