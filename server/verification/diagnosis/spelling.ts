/** A value as it was meant, where someone typed the quotation marks of a zone file into a form. */
export function withoutQuotes(value: string): string {
  return value.replaceAll(/["“”„]/g, '');
}

/** A value as it was meant, where someone typed the backslashes of a zone file into a form. */
export function withoutBackslashes(value: string): string {
  return value.replaceAll('\\', '');
}
