import type { z } from 'zod';
import { REQUEST_LIMITS } from '../limits.ts';
import type { Turns } from '../turns.ts';

/** The type of a procedure's answer, for the compiler, and its schema, for the documents. */
export interface Answer<T> {
  (value: unknown): T;
  readonly schema: z.ZodType<T>;
}

/**
 * Promises what a procedure answers, in tRPC's place for an output parser. Nothing is parsed: answers are views that the
 * compiler holds against the schema, `test/rest/answers.test.ts` as well, and parsing each would cost more than
 * making it.
 */
export function answer<T>(schema: z.ZodType<T>): Answer<T> {
  // The resolver's own type is T: tRPC holds it against this one's.
  return Object.assign((value: unknown) => value as T, { schema });
}

/** Makes the views of a long list in slices. */
export async function listViews<Row, View>(
  turns: Turns | undefined,
  rows: readonly Row[],
  toView: (row: Row) => View,
): Promise<View[]> {
  if (turns === undefined) return rows.map(toView);
  // Many lists that are asked for at the same moment are made one after the other.
  if (rows.length > REQUEST_LIMITS.rowsAtAStretch) await turns.next();
  return turns.map(rows, toView);
}
