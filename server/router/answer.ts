import type { z } from 'zod';
import { REQUEST_LIMITS } from '../limits.ts';
import type { Turns } from '../turns.ts';

/** Type of a procedure's answer for the compiler, and its schema for the OpenAPI document. */
export interface Answer<T> {
  (value: unknown): T;
  readonly schema: z.ZodType<T>;
}

/**
 * Declares a procedure's output to tRPC without parsing it: the compiler and `test/rest/answers.test.ts` check answers
 * against the schema, and parsing each would cost more than making it.
 */
export function answer<T>(schema: z.ZodType<T>): Answer<T> {
  // tRPC requires the resolver to return T.
  return Object.assign((value: unknown) => value as T, { schema });
}

/** Maps rows to views; a long list in slices, so that other requests get their turn. */
export async function listViews<Row, View>(
  turns: Turns | undefined,
  rows: readonly Row[],
  toView: (row: Row) => View,
): Promise<View[]> {
  if (turns === undefined) return rows.map(toView);
  // Lists that are requested at the same moment are made one after the other.
  if (rows.length > REQUEST_LIMITS.rowsAtAStretch) await turns.next();
  return turns.map(rows, toView);
}
