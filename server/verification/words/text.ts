import { shorten } from '../truncate.ts';

/** Of what was found in the DNS, what a sentence repeats. Bytes. */
const MAX_REPEATED = 200;

/** Follows the words of an entry of which not all fitted what is kept. */
export const SHORTENED = ' What is shown of the answers is shortened.';

/** What was found in the DNS, as far as a sentence can hold it. */
export function repeated(text: string): string {
  return shorten(text, MAX_REPEATED);
}

/** Quotation marks that no DNS form gives a meaning to, so that none of them is taken for a part of the value. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${last}` : last;
}
