import { shorten } from '../truncate.ts';

/** Bytes of a text found in the DNS that a sentence repeats. */
const MAX_REPEATED = 200;

/** Added to the detail of a record of which not all could be kept. */
export const SHORTENED = ' The answers shown here are shortened.';

/** What was found in the DNS, as far as a sentence can hold it. */
export function repeated(text: string): string {
  return shorten(text, MAX_REPEATED);
}

/** Quotation marks that no DNS form gives a meaning to, so that none of them is taken for a part of the value. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** Ends what is said of an answer that changes nothing. */
export const NOTHING_CHANGES = 'Nothing changes for now; we’ll ask again.';

/** Where a record is to be changed: no form shows it at a name that is an alias, but where that leads. */
export function placeOf(name: string, alias: string | null): string {
  return alias === null ? name : `${alias}, where the CNAME record of ${name} leads`;
}

/** Name servers that a sentence names. */
const MAX_SERVERS = 8;

/** Name servers of a zone, of which there may be many. */
export function serverList(names: readonly string[]): string {
  const more = names.length - MAX_SERVERS;
  return list(more > 0 ? [...names.slice(0, MAX_SERVERS), `${more} more`] : names);
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} ${conjunction} ${last}` : last;
}
