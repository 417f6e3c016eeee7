import { notSignable } from '@letterhead/shared';

/** A header field, unfolded. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** What is after the colon. */
  readonly value: string;
}

/** A field's name (RFC 5322 §2.2), with the white space before its colon that RFC 5322 §4.5 allows. */
const FIELD = /^([!-9;-~]+)[ \t]*:(.*)$/s;

/** Splits a header block into its fields. Throws `not_signable` where a line is not of any field. */
export function parseHeaderFields(block: string): HeaderField[] {
  const lines = block.split(/\r?\n(?![ \t])/);
  return lines.filter((line) => line !== '').map(parseField);
}

function parseField(text: string, at: number): HeaderField {
  const [, name, value] = FIELD.exec(text.replaceAll(/\r?\n/g, '')) ?? [];
  if (name !== undefined && value !== undefined) return { name: name.toLowerCase(), value };
  throw notSignable(
    'headers',
    `What stands ${at === 0 ? 'first in' : `after header field ${at} of`} the header block is no header field, which is a name, a colon and a value. Send the headers as they will be sent.`,
  );
}

/** A field in its `relaxed` canonicalisation, without a line end (RFC 6376 §3.4.2). */
export function relaxField({ name, value }: HeaderField): string {
  const spaced = value.replaceAll(/[ \t]{2,}|\t/g, ' ');
  return `${name}:${spaced.slice(spaced.startsWith(' ') ? 1 : 0, spaced.endsWith(' ') ? -1 : undefined)}`;
}
