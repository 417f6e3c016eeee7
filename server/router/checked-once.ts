import type { z } from 'zod';

/** An output parser that tRPC can call, with the schema that it stands for. */
export interface OutputCheck<T> {
  (value: unknown): T;
  readonly schema: z.ZodType<T>;
}

/**
 * The output parser of a procedure: what the schema doesn't name is left out. Answers are views that are made once
 * for each row and never change, so each is held against its schema once, and not at every request.
 */
export function checkedOnce<T extends object>(schema: z.ZodType<T>): OutputCheck<T> {
  const accepted = new WeakMap<object, T>();
  const check = (value: unknown): T => {
    if (typeof value !== 'object' || value === null) return schema.parse(value);
    let known = accepted.get(value);
    if (known === undefined) {
      known = schema.parse(value);
      accepted.set(value, known);
    }
    return known;
  };
  return Object.assign(check, { schema });
}

/** The same for a list, whose elements are checked once each. */
export function checkedEach<T extends object>(schema: z.ZodType<T>): OutputCheck<T[]> {
  const checkOne = checkedOnce(schema);
  const check = (value: unknown): T[] => {
    if (!Array.isArray(value)) throw new TypeError('A list was promised.');
    return value.map(checkOne);
  };
  return Object.assign(check, { schema: schema.array() });
}
