import type { z } from 'zod';
import { REQUEST_LIMITS } from '../limits.ts';
import type { Turns } from '../turns.ts';

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

/** The output parser of a list, whose elements are checked once each. */
export interface ListCheck<T> extends OutputCheck<T[]> {
  /** Makes the elements of a list and checks them, in slices. The parser finds them checked. */
  readonly of: <Row>(
    turns: Turns | undefined,
    rows: readonly Row[],
    toElement: (row: Row) => T,
  ) => Promise<T[]>;
}

export function checkedEach<T extends object>(schema: z.ZodType<T>): ListCheck<T> {
  const checkOne = checkedOnce(schema);
  const checkedLists = new WeakSet<object>();
  const check = (value: unknown): T[] => {
    if (!Array.isArray(value)) throw new TypeError('A list was promised.');
    return checkedLists.has(value) ? value : value.map(checkOne);
  };
  return Object.assign(check, {
    schema: schema.array(),
    async of<Row>(turns: Turns | undefined, rows: readonly Row[], toElement: (row: Row) => T): Promise<T[]> {
      const make = (row: Row) => checkOne(toElement(row));
      // Many lists that are asked for at the same moment are made one after the other.
      if (turns !== undefined && rows.length > REQUEST_LIMITS.rowsAtAStretch) await turns.next();
      const list = turns === undefined ? rows.map(make) : await turns.map(rows, make);
      checkedLists.add(list);
      return list;
    },
  });
}
