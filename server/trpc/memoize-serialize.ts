import superjson from 'superjson';
import type { Turns } from '../turns.ts';

type Written = ReturnType<typeof superjson.serialize>;

/** What JSON cannot say of a value, by path; of the whole, where that is no object. */
type Values = NonNullable<NonNullable<Written['meta']>['values']>;

/** What superjson makes of answers, by identity. */
const written = new WeakMap<object, Written>();

/** superjson of an answer. Answers are made once for each row and never change, so each is written once. */
export function memoizedSerialize(answer: unknown): Written {
  if (typeof answer !== 'object' || answer === null) return superjson.serialize(answer);
  const known = written.get(answer);
  if (known !== undefined) return known;
  if (isPlain(answer)) return { json: answer };
  const made = superjson.serialize(answer);
  written.set(answer, made);
  return made;
}

/**
 * Writes a list ahead, in slices, for `memoizedSerialize` to find: put together from what its elements are, which costs a
 * small part of what superjson takes to walk through all of them. A value that is in several elements is written in
 * each. Other answers are left for `memoizedSerialize`.
 */
export async function serializeList(answer: unknown, turns: Turns): Promise<void> {
  if (!Array.isArray(answer)) return;
  const values: Exclude<Values, readonly unknown[]> = {};
  const json = await turns.map(answer, (element: unknown, index) => {
    const { json: ofElement, meta } = memoizedSerialize(element);
    if (Array.isArray(meta?.values)) throw new TypeError('A list of objects was promised.');
    for (const [path, type] of Object.entries(meta?.values ?? {})) values[`${index}.${path}`] = type;
    return ofElement;
  });
  const hasValues = Object.keys(values).length > 0;
  written.set(answer, hasValues ? { json, meta: { values, v: 1 } } : { json });
}

/** Whether JSON alone says what an object is: one of names and texts, whole numbers and truth values, as a signature. */
function isPlain(answer: object): answer is Record<string, string | number | boolean | null> {
  return Object.getPrototypeOf(answer) === Object.prototype && Object.values(answer).every(isPlainValue);
}

function isPlainValue(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}
